"""Objects of a frame as one map of labels, where each pixel belongs to one object at most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from studio.exports.runs import Crop
from studio.exports.spool import Found
from studio.exports.tracks import Track

Label = TypeVar("Label", np.uint8, np.uint16)

MAX_LABEL = 254  # 255 is DAVIS's "counts for nothing"


def labels_of(objects: Sequence[Track]) -> Mapping[int, int]:
    """Each object's label: its number, or its place from 1 on where numbers go beyond MAX_LABEL."""
    numbers = [track.number for track in objects]
    if max(numbers) <= MAX_LABEL:
        return {number: number for number in numbers}
    return {number: place for place, number in enumerate(numbers, start=1)}


def flatten(
    found: Sequence[Found], overlap: str, size: tuple[int, int], labels: Mapping[int, int], dtype: type[Label]
) -> tuple[NDArray[Label], int]:
    """[H, W] of objects' labels, 0 is none, and how many pixels more than one object claimed.

    overlap "number": the higher number has the pixel. "score": the higher score in this frame has it, of equals the
    higher number.
    """
    owners = np.zeros(size, dtype)
    cut = {one.number: one.crop() for one in found}
    claimed = np.zeros(size, np.uint8) if _touching(list(cut.values())) else None
    for one in sorted(found, key=lambda one: (one.score if overlap == "score" else 0.0, one.number)):
        x, y, bits = cut[one.number]
        place = slice(y, y + bits.shape[0]), slice(x, x + bits.shape[1])
        np.copyto(owners[place], dtype(labels[one.number]), where=bits)
        if claimed is not None:
            claimed[place] += bits
    return owners, 0 if claimed is None else int(np.count_nonzero(claimed > 1))


def _touching(crops: Sequence[Crop]) -> bool:
    """Whether any two boxes have a pixel in common: else no pixel can be claimed twice."""
    boxes = [(x, y, x + bits.shape[1], y + bits.shape[0]) for x, y, bits in crops]
    return any(
        one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
        for place, one in enumerate(boxes)
        for other in boxes[:place]
    )
