"""COCO's three ways to write a mask, as COCO and YouTube-VIS share them."""

from __future__ import annotations

import math

import numpy as np
from pycocotools import mask as coco

from studio.imports.errors import BadImport
from studio.imports.own import short
from studio.imports.scene import Scene
from studio.imports.shapes import BadShape, Bits, bits_of_runs

MOST_ABROAD = 4  # pictures that a point may lie outside: pycocotools' own numbers overflow far out


def segmentation_bits(said: object, scene: Scene, where: str) -> Bits:
    """[H, W] bool of run lengths {"size", "counts"} or of polygons [[x1, y1, ...], ...]. Raises BadImport."""
    height, width = scene.clip.height, scene.clip.width
    if isinstance(said, dict):
        size, counts = said.get("size"), said.get("counts")
        if not isinstance(size, list) or len(size) != 2:
            raise BadImport(where, f"its size is {short(size)}, not [height, width]")
        scene.size(size[1], size[0], where)
        if isinstance(counts, str):
            if not counts.isascii():
                raise BadImport(where, "these are not the compressed run lengths of a mask")
            return scene.counts(counts.encode(), where)
        if isinstance(counts, list) and all(isinstance(run, int) for run in counts):
            try:
                return bits_of_runs(counts, height, width, by_columns=True)
            except BadShape as fault:
                raise BadImport(where, str(fault)) from fault
        raise BadImport(where, f"its counts are {short(counts)}, neither words nor whole numbers")
    if isinstance(said, list) and said:
        for part in said:
            _check_polygon(part, width, height, where)
        parts = coco.frPyObjects(said, height, width)
        bits: Bits = coco.decode(coco.merge(parts)).view(np.bool_)
        return bits
    raise BadImport(where, f"its segmentation is {short(said)}, neither run lengths nor polygons")


def _check_polygon(part: object, width: int, height: int, where: str) -> None:
    if not isinstance(part, list) or len(part) < 6 or len(part) % 2:
        raise BadImport(where, f"a polygon is {short(part)}, not the x, y of at least 3 points")
    most = MOST_ABROAD * max(width, height)
    for value in part:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or abs(value) > most:
            raise BadImport(where, f"a polygon has a point at {short(value)}, outside any such picture")
