"""LabelMe: a JSON file for each frame, with masks, polygons, rectangles and circles."""

from __future__ import annotations

import binascii
import io
import math
import re
from base64 import b64decode
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studio.imports.errors import BadImport
from studio.imports.files import MANIFEST, Files, parse_json
from studio.imports.formats.pictures import BROKEN, NARROW
from studio.imports.frames import frames_of_names
from studio.imports.identity import by_label
from studio.imports.own import Manifest, short, whole
from studio.imports.scene import Scene
from studio.imports.shapes import Bits, fill

kind = "labelme"
title = "LabelMe"

MOST_COORDINATE = 1e6  # px, either way
CIRCLE_CORNERS = 180  # of the polygon that a circle is filled as
WITH_AREA = ("mask", "polygon", "rectangle", "circle")
_POINTS = {"mask": 2, "rectangle": 2, "circle": 2}
_SCORE = re.compile(r"score (\d\.\d+)$")  # in the description that our own export writes


@dataclass(frozen=True, slots=True)
class _Shape:
    """One shape with an area, and where it stands."""

    where: str
    frame: int
    label: str
    group: int | None
    said: Mapping[str, object]


def recognises(files: Files) -> bool:
    """A JSON object with shapes and the path of their picture."""
    first = next((name for name in _names(files)), None)
    said = None if first is None else files.json(first)
    return isinstance(said, dict) and isinstance(said.get("shapes"), list) and "imagePath" in said


def read(files: Files, scene: Scene, manifest: Manifest) -> None:
    """Every group becomes an object; without groups every label does. Shapes told twice of a frame are all of it."""
    names = _names(files)
    if not names:
        raise BadImport(files.name, "there is no JSON of LabelMe in it")
    frames = frames_of_names(scene, manifest, names, by_place=False, base=0)
    shapes: list[_Shape] = []
    flat: Counter[str] = Counter()
    for name, frame in zip(names, frames, strict=True):
        shapes += _shapes(files, name, frame, scene, flat)
    for shape, key in zip(shapes, _identities(shapes), strict=True):
        category, about = manifest.about(shape.group if shape.group and shape.group > 0 else None, shape.label)
        bits = _bits(shape, scene)
        score = _SCORE.search(str(shape.said.get("description") or "")) if manifest else None
        place = scene.object_of(key, category, shape.where, **about)
        scene.add(place, shape.frame, bits, shape.where, min(1.0, float(score[1])) if score else 1.0)
    for what, many in sorted(flat.items()):
        scene.notes.append(f"Shapes of type {what}, {many} of them, have no area and are left out.")


def _names(files: Files) -> list[str]:
    return [name for name in files.ending_in(".json") if name != MANIFEST]


def _shapes(files: Files, name: str, frame: int, scene: Scene, flat: Counter[str]) -> list[_Shape]:
    """The shapes of one file; `flat` counts those without an area. The file is forgotten: its picture may be in it."""
    said = parse_json(name, files.text(name))
    if not isinstance(said, dict) or not isinstance(said.get("shapes"), list):
        raise BadImport(name, "this is no file of LabelMe: an object with shapes")
    if said.get("imageWidth") is not None or said.get("imageHeight") is not None:
        scene.size(said.get("imageWidth"), said.get("imageHeight"), name)
    found = []
    for place, shape in enumerate(said["shapes"]):
        where = f"{name}: shape {place}"
        if not isinstance(shape, dict) or not isinstance(shape.get("label"), str):
            raise BadImport(where, "it has no label")
        type_ = shape.get("shape_type") or "polygon"  # LabelMe's own default
        if type_ not in WITH_AREA:
            flat[short(type_)] += 1
            continue
        group = shape.get("group_id")
        number = None if group is None else whole(group, where, "its group_id")
        kept = {key: shape.get(key) for key in ("points", "mask", "description")} | {"shape_type": type_}
        found.append(_Shape(where, frame, shape["label"], number, kept))
    return found


def _identities(shapes: Sequence[_Shape]) -> list[object]:
    """What tells each shape's object: label and group; without any group its label, or in one frame alone itself."""
    if any(shape.group is not None for shape in shapes):
        missing = next((shape for shape in shapes if shape.group is None), None)
        if missing is not None:
            raise BadImport(missing.where, "it has no group_id, though others have one")
        return [(shape.label, shape.group) for shape in shapes]
    return by_label([(shape.where, shape.frame, shape.label) for shape in shapes], "group_id", "shapes")


def _bits(shape: _Shape, scene: Scene) -> Bits:
    height, width = scene.clip.height, scene.clip.width
    points = _points(shape)
    type_ = shape.said["shape_type"]
    if type_ == "mask":
        return _mask(shape, points, height, width)
    if type_ == "rectangle":
        (x1, y1), (x2, y2) = points
        points = np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]])
    elif type_ == "circle":
        turn = np.linspace(0, 2 * math.pi, CIRCLE_CORNERS, endpoint=False)
        radius = float(np.hypot(*(points[1] - points[0])))
        points = points[0] + radius * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return fill([points], height, width)


def _points(shape: _Shape) -> NDArray[np.float64]:
    """[n, 2] x, y."""
    said, type_ = shape.said["points"], str(shape.said["shape_type"])
    needed = _POINTS.get(type_)
    pairs = said if isinstance(said, list) else []
    right = all(isinstance(pair, list) and len(pair) == 2 and all(map(_is_place, pair)) for pair in pairs)
    if not right or (len(pairs) != needed if needed else len(pairs) < 3):
        told = f"{needed} points" if needed else "at least 3 points"
        raise BadImport(
            shape.where, f"its points are {short(said)}, not the x, y of {told} of a {type_} near the picture"
        )
    return np.array(pairs, np.float64)


def _is_place(value: object) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value) and abs(value) <= MOST_COORDINATE  # type: ignore[arg-type]


def _mask(shape: _Shape, points: NDArray[np.float64], height: int, width: int) -> Bits:
    """A PNG between two corners that are both inside."""
    left, top, right, bottom = (int(value) for value in np.round(points).ravel())
    size = right - left + 1, bottom - top + 1
    if not (0 <= left <= right < width and 0 <= top <= bottom < height):
        told = f"{size[0]} x {size[1]} px at {left},{top}"
        raise BadImport(shape.where, f"its mask of {told} is outside a picture of {width} x {height}")
    try:
        data = b64decode(str(shape.said["mask"] or ""), validate=True)
        with Image.open(io.BytesIO(data), formats=("PNG",)) as picture:
            if picture.size != size:  # before anything is unpacked
                told = f"{picture.size[0]} x {picture.size[1]}"
                raise BadImport(shape.where, f"its mask has {told} px, and its corners say {size[0]} x {size[1]}")
            if picture.mode not in NARROW:
                raise BadImport(shape.where, f"its mask's pixels are colours ({picture.mode})")
            inside = np.asarray(picture) > 0
    except (binascii.Error, *BROKEN) as fault:
        raise BadImport(shape.where, "its mask is not a PNG in base64") from fault
    bits = np.zeros((height, width), np.bool_)
    bits[top : bottom + 1, left : right + 1] = inside
    return bits
