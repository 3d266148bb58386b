"""From what formats write of a shape to its pixels: run lengths, polygons."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from studio.media import rle
from studio.media.errors import BadMask

Bits = NDArray[np.bool_]


class BadShape(Exception):
    """str(fault) says what is wrong, without place and stop."""


def bits_of_counts(counts: bytes, height: int, width: int) -> Bits:
    """[height, width] bool of COCO's compressed run lengths. Raises BadShape."""
    try:
        return rle.decode(counts, height, width).view(np.bool_)
    except BadMask as fault:
        sentence = str(fault).rstrip(".")
        raise BadShape(sentence[0].lower() + sentence[1:]) from fault


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
