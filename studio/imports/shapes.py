"""From what formats write of a shape to its pixels: run lengths, polygons; and from pixels to a rotated box."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco

Bits = NDArray[np.bool_]
MIN_CONTOUR_PX = 100  # a smaller part has no angle worth telling; as SiamMask's tools/test.py
_GROUPS = 9  # of 5 bits in one compressed count: more than any picture needs


class BadShape(Exception):
    """str(fault) says what is wrong, without place and stop."""


def bits_of_counts(counts: bytes, height: int, width: int) -> Bits:
    """[height, width] bool of COCO's compressed run lengths. Raises BadShape; pycocotools would read out of bounds."""
    groups = np.frombuffer(counts, np.uint8).astype(np.int64) - 48
    if not groups.size or groups.min() < 0 or groups.max() > 63 or groups[-1] & 0x20:
        raise BadShape("these are not the compressed run lengths of a mask")
    first = np.concatenate(([True], (groups[:-1] & 0x20) == 0))
    index = np.cumsum(first) - 1  # which number each group belongs to
    place = np.arange(groups.size) - np.flatnonzero(first)[index]
    if place.max() >= _GROUPS:
        raise BadShape("a compressed run length is longer than any picture")
    runs = np.zeros(int(first.sum()), np.int64)
    np.add.at(runs, index, (groups & 0x1F) << (5 * place))
    last = (groups & 0x20) == 0
    runs -= np.where((groups[last] & 0x10) != 0, np.int64(1) << (5 * (place[last] + 1)), 0)
    runs[1::2] = np.cumsum(
        runs[1::2]
    )  # from the fourth on a count is told as the difference to the one before the last
    runs[2::2] = np.cumsum(runs[2::2])
    return bits_of_runs(runs, height, width, by_columns=True)


def bits_of_runs(runs: Sequence[int] | NDArray[np.int64], height: int, width: int, *, by_columns: bool) -> Bits:
    """[height, width] bool of run lengths as numbers, zeros first. Raises BadShape unless they fill it exactly."""
    try:
        lengths = np.asarray(runs, np.int64)
    except (OverflowError, ValueError, TypeError) as fault:
        raise BadShape("a run length is not a whole number") from fault
    if lengths.ndim != 1 or (lengths.size and lengths.min() < 0):
        raise BadShape("a run length is below 0")
    if (lengths.size and int(lengths.max()) > height * width) or int(lengths.sum()) != height * width:
        raise BadShape(f"the run lengths add up to {int(lengths.sum())} px, not to {width} x {height}")
    values = np.repeat(np.arange(lengths.size) % 2 == 1, lengths)
    return values.reshape(width, height).T.copy() if by_columns else values.reshape(height, width)


def fill(rings: Sequence[NDArray[np.float64]], height: int, width: int) -> Bits:
    """[height, width] bool: the pixels whose centre lies inside an odd number of rings, each [n, 2] x, y (edges).

    Holes are rings of their own, or joined to the outer one by bridges without width, which fill nothing.
    """
    toggles = np.zeros((height, width + 1), np.int64)
    for ring in rings:
        x0, y0 = ring.T
        x1, y1 = np.roll(ring, -1, axis=0).T
        top, bottom = np.minimum(y0, y1), np.maximum(y0, y1)
        # centres at row + 0.5 with top <= centre < bottom
        first = np.clip(np.ceil(top - 0.5), 0, height).astype(np.int64)
        stop = np.clip(np.ceil(bottom - 0.5), 0, height).astype(np.int64)
        many = stop - first
        edge = np.repeat(np.arange(len(ring)), many)
        row = first[edge] + np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
        across = x0[edge] + (row + 0.5 - y0[edge]) * (x1[edge] - x0[edge]) / (y1[edge] - y0[edge])
        column = np.clip(np.ceil(across - 0.5), 0, width).astype(np.int64)  # the first pixel right of the edge
        np.add.at(toggles, (row, column), 1)
    inside: Bits = np.cumsum(toggles, axis=1)[:, :width] % 2 == 1
    return inside


def counts_of(bits: Bits) -> bytes:
    """COCO's compressed run lengths of [H, W] bool."""
    counts: bytes = coco.encode(np.asfortranarray(bits.view(np.uint8)))["counts"]
    return counts


def bounds_of(bits: Bits) -> tuple[int, int, int, int] | None:
    """x, y, width, height of the smallest upright box around the pixels, None where there is none."""
    rows, columns = np.flatnonzero(bits.any(axis=1)), np.flatnonzero(bits.any(axis=0))
    if not rows.size:
        return None
    x, y = int(columns[0]), int(rows[0])
    return x, y, int(columns[-1]) + 1 - x, int(rows[-1]) + 1 - y


def corners_of(bits: Bits) -> list[float]:
    """x, y of 4 corners around the largest part, as a tracker tells them; the upright box where it is small."""
    bounds = bounds_of(bits)
    if bounds is None:
        return []
    x, y, width, height = bounds
    crop = np.ascontiguousarray(bits[y : y + height, x : x + width]).view(np.uint8)
    contours, _ = cv2.findContours(crop, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    largest = max(contours, key=cv2.contourArea)
    if cv2.contourArea(largest) <= MIN_CONTOUR_PX:
        right, bottom = x + width, y + height
        return [float(value) for value in (x, y, right, y, right, bottom, x, bottom)]
    points = cv2.boxPoints(cv2.minAreaRect(largest)).astype(np.float64) + np.array([x, y])
    return [round(float(value), 3) for value in points.ravel()]
