"""Annotation formats, one module each. A new one is a module with Format's names, a line here and one in models.py."""

from collections.abc import Mapping

from studio.exports.formats import (
    coco,
    csv,
    cvat_images,
    cvat_video,
    datumaro,
    davis,
    labelme,
    mot,
    mots,
    vot,
    yolo,
    youtube_vis,
    youtube_vos,
)
from studio.exports.formats.format import Format

_MODULES: tuple[Format, ...] = (
    coco,
    youtube_vis,
    youtube_vos,
    davis,
    mots,
    mot,
    cvat_video,
    cvat_images,
    yolo,
    labelme,
    vot,
    datumaro,
    csv,
)
FORMATS: Mapping[str, Format] = {module.name: module for module in _MODULES}
