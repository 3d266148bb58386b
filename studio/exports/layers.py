"""Objects of a frame as one map of labels, where each pixel belongs to one object at most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import cv2
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


@dataclass(frozen=True, slots=True, eq=False)
class Layer(Generic[Label]):
    """The labels of a frame, as far as there are any."""

    x: int  # where they lie in the picture
    y: int
    labels: NDArray[Label]  # [h, w], 0 is none
    decided: int  # pixels that more than one object claimed


def flatten(found: Sequence[Found], overlap: str, labels: Mapping[int, int], dtype: type[Label]) -> Layer[Label]:
    """What objects of a frame become where each pixel has one label at most.

    overlap "number": the higher number has the pixel. "score": the higher score in this frame has it, of equals the
    higher number.
    """
    ranked = sorted(found, key=lambda one: (one.score if overlap == "score" else 0.0, one.number))
    crops = [one.crop() for one in ranked]
    boxes = [(x, y, x + bits.shape[1], y + bits.shape[0]) for x, y, bits in crops if bits.size]
    if not boxes:
        return Layer(0, 0, np.zeros((0, 0), dtype), 0)
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    size = max(box[3] for box in boxes) - top, max(box[2] for box in boxes) - left
    owners = np.zeros(size, dtype)
    for one, (x, y, bits) in zip(ranked, crops, strict=True):
        if bits.size:
            there = owners[y - top : y - top + bits.shape[0], x - left : x - left + bits.shape[1]]
            inside = bits.view(np.uint8)
            cv2.copyTo(inside * dtype(labels[one.number]), inside, there)
    return Layer(left, top, owners, _claimed_twice(owners, crops, left, top) if _touching(boxes) else 0)


def _claimed_twice(owners: NDArray[Label], crops: Sequence[Crop], left: int, top: int) -> int:
    """How many pixels more than one of the crops has; `owners` is 0 where none has any."""
    if sum(np.count_nonzero(bits) for _, _, bits in crops) == np.count_nonzero(owners):
        return 0
    claims = np.zeros(owners.shape, np.uint8)
    for x, y, bits in crops:
        claims[y - top : y - top + bits.shape[0], x - left : x - left + bits.shape[1]] += bits
    return int(np.count_nonzero(claims > 1))


def _touching(boxes: Sequence[tuple[int, int, int, int]]) -> bool:
    """Whether any two boxes have a pixel in common: else no pixel can be claimed twice."""
    return any(
        one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
        for place, one in enumerate(boxes)
        for other in boxes[:place]
    )
