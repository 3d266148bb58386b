"""Annotation formats, one module each. A new one is a module with Format's names, and a line here."""

from collections.abc import Mapping

from studio.exports.formats import coco, csv, davis, vot
from studio.exports.formats.format import Format

_MODULES: tuple[Format, ...] = (coco, davis, vot, csv)
FORMATS: Mapping[str, Format] = {module.name: module for module in _MODULES}
