"""CVAT's shapes with an area: polygon, box, mask."""

from __future__ import annotations

import math
from xml.etree.ElementTree import Element

import numpy as np
from numpy.typing import NDArray

from studio.imports.errors import BadImport
from studio.imports.scene import Box, Scene, box_around
from studio.imports.shapes import BadShape, Bits, bits_of_runs, fill

WITH_AREA = ("polygon", "box", "mask")
MOST_COORDINATE = 1e6  # px, either way


def bits_of(shape: Element, scene: Scene, where: str) -> Bits:
    """[H, W] bool of a shape. Raises BadImport."""
    if shape.tag == "mask":
        return _mask(shape, scene, where)
    ring = _points(shape, where) if shape.tag == "polygon" else _box_ring(shape, where)
    return fill([ring], scene.clip.height, scene.clip.width)


def box_of(shape: Element, where: str) -> Box:
    """The upright box around a box, which may be turned."""
    return box_around(_box_ring(shape, where))


def numbers(texts: list[str], where: str, what: str) -> list[float]:
    """Finite numbers within reason. Raises BadImport."""
    found = []
    for text in texts:
        try:
            value = float(text)
        except ValueError as fault:
            raise BadImport(where, f"{what} has {text[:40]!r} where a number belongs") from fault
        if not math.isfinite(value) or abs(value) > MOST_COORDINATE:
            raise BadImport(where, f"{what} has a point at {text[:40]}, outside any picture")
        found.append(value)
    return found


def _points(shape: Element, where: str) -> NDArray[np.float64]:
    pairs = [point.split(",") for point in shape.get("points", "").split(";")]
    if len(pairs) < 3 or any(len(pair) != 2 for pair in pairs):
        raise BadImport(where, "its polygon is not the x,y of at least 3 points, with semicolons between them")
    return np.array(numbers([text for pair in pairs for text in pair], where, "its polygon")).reshape(-1, 2)


def _box_ring(shape: Element, where: str) -> NDArray[np.float64]:
    sides = [shape.get(name, "") for name in ("xtl", "ytl", "xbr", "ybr", "rotation")]
    left, top, right, bottom, degrees = numbers([*sides[:4], sides[4] or "0"], where, "its box")
    ring = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    middle = ring.mean(axis=0)
    turn = math.radians(degrees)  # clockwise as seen, which is from x to y
    matrix = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    return ring if not degrees else (ring - middle) @ matrix + middle


def _mask(shape: Element, scene: Scene, where: str) -> Bits:
    """Run lengths along the rows of a box, zeros first."""
    texts = [shape.get(name, "") for name in ("left", "top", "width", "height")]
    left, top, width, height = (int(value) for value in numbers(texts, where, "its mask"))
    if (
        left < 0
        or top < 0
        or min(width, height) < 1
        or left + width > scene.clip.width
        or top + height > scene.clip.height
    ):
        there = f"{scene.clip.width} x {scene.clip.height}"
        raise BadImport(where, f"its mask of {width} x {height} px at {left},{top} is outside a picture of {there}")
    runs = shape.get("rle", "").split(",")
    if not all(run.strip().isascii() and run.strip().isdigit() and len(run.strip()) <= 9 for run in runs):
        raise BadImport(where, "its mask's rle is not whole numbers with commas between them")
    try:
        crop = bits_of_runs([int(run) for run in runs], height, width, by_columns=False)
    except BadShape as fault:
        raise BadImport(where, str(fault)) from fault
    bits = np.zeros((scene.clip.height, scene.clip.width), np.bool_)
    bits[top : top + height, left : left + width] = crop
    return bits
