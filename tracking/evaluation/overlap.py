"""The overlap of two polygons as VOT counts it: in pixels of a raster, by the VOT toolkit's rules, quirks included.

The rules, as the TraX library states them in C: vertices are single precision; a vertex is rounded to a pixel, halves
away from zero; a row is filled between pairs of crossings, both ends included, and a pair that meets in one pixel is
left out; the raster spans both polygons' boxes cut to the frame, whose right and lower edges are W and H, not W - 1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Polygon = NDArray[np.float64]  # [corners, 2], x and y in video pixels

_NO_AREA = 1e-10  # boxes whose areas differ by more cannot overlap


def polygon_overlap(a: Polygon, b: Polygon, frame_width: float, frame_height: float) -> float:
    """Intersection over union of two polygons within a frame, 0..1."""
    single = a.astype(np.float32), b.astype(np.float32)
    limit = np.array([frame_width, frame_height], np.float32)
    low = [np.maximum(np.floor(polygon.min(axis=0)), 0) for polygon in single]
    high = [np.minimum(np.ceil(polygon.max(axis=0)), limit) for polygon in single]
    areas = [float(np.prod(top - bottom)) for bottom, top in zip(low, high, strict=True)]
    if np.any(np.minimum(*high) - np.maximum(*low) <= 0) or min(areas) <= _NO_AREA * max(areas):
        return 0.0
    origin = np.minimum(*low)
    width, height = (int(side) + 1 for side in np.maximum(*high) - origin)
    first, second = (_raster(polygon - origin, width, height) for polygon in single)
    union = np.count_nonzero(first | second)
    return float(np.count_nonzero(first & second) / union) if union else 0.0


def _raster(polygon: NDArray[np.float32], width: int, height: int) -> NDArray[np.bool_]:
    corners = polygon.astype(np.float64)
    corners = np.trunc(corners + np.copysign(0.5, corners))
    crossings: list[list[int]] = [[] for _ in range(height)]
    for (x, y), (last_x, last_y) in zip(corners, np.roll(corners, 1, axis=0), strict=True):
        if y == last_y:
            continue
        rows = np.arange(max(0, int(min(y, last_y))), min(height - 1, int(max(y, last_y))) + 1)
        columns = (x + (rows - y) / (last_y - y) * (last_x - x)).astype(int)
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            crossings[row].append(column)
    raster = np.zeros((height, width), np.bool_)
    for row, columns_of_row in enumerate(crossings):
        nodes = sorted(columns_of_row)
        index = 0
        while index < len(nodes) - 1:
            left, right = nodes[index], nodes[index + 1]
            if left == right:  # a corner, met by both its edges
                index += 1
                continue
            if right >= 0:
                raster[row, max(left, 0) : right + 1] = True
            index += 2
    return raster
