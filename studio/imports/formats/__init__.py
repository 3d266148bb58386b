"""Formats that are read, one module each, in the order in which a file is held against them."""

from collections.abc import Mapping
from typing import Protocol

from studio.imports.files import Files
from studio.imports.formats import coco, cvat, datumaro, davis, labelme, mots, project, vot, yolo, youtube_vis
from studio.imports.own import Manifest
from studio.imports.scene import Scene


class Format(Protocol):
    """What a module of this folder offers."""

    kind: str  # as the API calls it
    title: str  # as a person calls it

    def recognises(self, files: Files) -> bool:
        """Whether the files look like this, by their content. Raises BadImport for JSON that is none."""

    def read(self, files: Files, scene: Scene, manifest: Manifest) -> None:
        """Put what is in the files into the scene. Raises BadImport naming file and place."""


_MODULES: tuple[Format, ...] = (project, labelme, youtube_vis, coco, datumaro, cvat, yolo, mots, davis, vot)
FORMATS: Mapping[str, Format] = {module.kind: module for module in _MODULES}
