"""Datumaro's own JSON: an item for each frame, with masks, polygons and boxes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from studio.imports.errors import BadImport
from studio.imports.files import MANIFEST, Files
from studio.imports.formats.coco_shapes import segmentation_bits
from studio.imports.frames import frame_attribute, frames_of_names
from studio.imports.identity import by_label
from studio.imports.own import Manifest, short, whole
from studio.imports.scene import Box, Scene, score_of
from studio.imports.shapes import Bits, fill

kind = "datumaro"
title = "Datumaro"

WITH_AREA = ("mask", "polygon", "bbox")
MOST_COORDINATE = 1e6  # px, either way


@dataclass(frozen=True, slots=True)
class _Shape:
    """An annotation with an area, and where it stands."""

    where: str
    frame: int
    label: str
    track: int | None
    said: Mapping[str, object]
    score: float


def recognises(files: Files) -> bool:
    """A JSON object with items and categories."""
    return _document(files) is not None


def read(files: Files, scene: Scene, manifest: Manifest) -> None:
    """Every track becomes an object; without tracks every label does. A box is a key frame where it begins."""
    found = _document(files)
    if found is None:
        raise BadImport(files.name, "there is no JSON of Datumaro in it: an object with items and categories")
    name, document = found
    left_out: dict[str, int] = {}
    shapes = list(_shapes(name, document, scene, manifest, left_out))
    tracked = [shape for shape in shapes if shape.track is not None]
    if tracked and len(tracked) < len(shapes):
        missing = next(shape for shape in shapes if shape.track is None)
        raise BadImport(missing.where, "it has no track_id, though others have one")
    keys: list[object] = [shape.track for shape in shapes]
    if not tracked:
        keys = by_label([(shape.where, shape.frame, shape.label) for shape in shapes], "track_id", "annotations")
    begun: dict[int, _Shape] = {}
    for key, shape in zip(keys, shapes, strict=True):
        own = shape.track if shape.track is not None and shape.track > 0 else None
        category, about = manifest.about(own, shape.label)
        place = scene.object_of(key, category, shape.where, **about)
        scene.add(place, shape.frame, _bits(shape, scene), shape.where, shape.score)
        if place not in begun or shape.frame < begun[place].frame:
            begun[place] = shape
    for place, shape in begun.items():
        if shape.said.get("type") == "bbox":
            scene.add_prompt(place, shape.frame, _box(shape))
    for what, many in sorted(left_out.items()):
        scene.notes.append(f"Annotations of type {what}, {many} of them, have no area and are left out.")


def _document(files: Files) -> tuple[str, Mapping[str, object]] | None:
    for name in files.ending_in(".json"):
        said = files.json(name) if name != MANIFEST else None
        if isinstance(said, dict) and isinstance(said.get("items"), list) and "categories" in said:
            return name, said
    return None


def _shapes(
    name: str, document: Mapping[str, object], scene: Scene, manifest: Manifest, left_out: dict[str, int]
) -> Iterator[_Shape]:
    labels = _labels(document, name)
    items = document["items"]
    assert isinstance(items, list), "a document has items"
    for item, frame in zip(items, _frames(name, items, scene, manifest), strict=True):
        annotations = item.get("annotations", [])
        if not isinstance(annotations, list):
            raise BadImport(f"{name}: item {short(item.get('id'))}", "its annotations are not a list")
        for place, said in enumerate(annotations):
            where = f"{name}: item {short(item.get('id'))}, annotation {place}"
            if not isinstance(said, dict):
                raise BadImport(where, "it is not an object")
            if said.get("type") not in WITH_AREA:
                left_out[short(said.get("type"))] = left_out.get(short(said.get("type")), 0) + 1
                continue
            attributes = said.get("attributes")
            told = attributes if isinstance(attributes, dict) else {}
            track = None if told.get("track_id") is None else whole(told["track_id"], where, "its track_id")
            number = whole(said.get("label_id"), where, "its label_id")
            if not 0 <= number < len(labels):
                raise BadImport(where, f"its label {number} is not among the {len(labels)} labels")
            yield _Shape(where, frame, labels[number], track, said, score_of(told.get("score")))


def _frames(name: str, items: list[object], scene: Scene, manifest: Manifest) -> list[int]:
    """Each item's own frame number, else the number in its id; its picture's size is compared."""
    said: list[int | None] = []
    ids = []
    for item in items:
        if not isinstance(item, dict):
            raise BadImport(name, "an item is not an object")
        image, attributes = item.get("image"), item.get("attr")
        size = image.get("size") if isinstance(image, dict) else None
        if isinstance(size, list) and len(size) == 2:
            scene.size(size[1], size[0], f"{name}: item {short(item.get('id'))}")
        said.append(frame_attribute(attributes) if isinstance(attributes, dict) else None)
        ids.append(str(item.get("id", "")))
    if items and all(frame is not None for frame in said):
        return [scene.frame(frame, f"{name}: item {ids[at]}") for at, frame in enumerate(said) if frame is not None]
    return frames_of_names(scene, manifest, ids, by_place=False, base=0)


def _labels(document: Mapping[str, object], name: str) -> list[str]:
    categories = document["categories"]
    label = categories.get("label") if isinstance(categories, dict) else None
    labels = label.get("labels") if isinstance(label, dict) else None
    if not isinstance(labels, list) or not all(isinstance(one, dict) for one in labels):
        raise BadImport(name, "its categories have no list of labels")
    return [str(one.get("name", "")) for one in labels]


def _bits(shape: _Shape, scene: Scene) -> Bits:
    type_ = shape.said["type"]
    if type_ == "mask":
        return segmentation_bits(shape.said.get("rle"), scene, shape.where)
    if type_ == "polygon":
        return segmentation_bits([shape.said.get("points")], scene, shape.where)
    x, y, width, height = _box(shape)
    ring = np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]])
    return fill([ring], scene.clip.height, scene.clip.width)


def _box(shape: _Shape) -> Box:
    said = shape.said.get("bbox")
    if not isinstance(said, list) or len(said) != 4 or not all(map(_is_place, said)):
        raise BadImport(shape.where, f"its bbox is {short(said)}, not x, y, width and height near the picture")
    x, y, width, height = map(float, said)
    return x, y, width, height


def _is_place(value: object) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value) and abs(value) <= MOST_COORDINATE  # type: ignore[arg-type]
