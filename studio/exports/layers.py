"""Objects of a frame as one map of labels, where each pixel belongs to one object at most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from studio.exports.spool import Found
from studio.exports.tracks import Track

MAX_LABEL = 254  # 255 is DAVIS's "counts for nothing"


def labels_of(objects: Sequence[Track]) -> Mapping[int, int]:
    """Each object's label: its number, or its place from 1 on where numbers go beyond MAX_LABEL."""
    numbers = [track.number for track in objects]
    if max(numbers) <= MAX_LABEL:
        return {number: number for number in numbers}
    return {number: place for place, number in enumerate(numbers, start=1)}


def flatten(found: Sequence[Found], overlap: str, size: tuple[int, int]) -> tuple[NDArray[np.uint32], int]:
    """[H, W] uint32 of objects' numbers, 0 is none, and how many pixels more than one object claimed.

    overlap "number": the higher number has the pixel. "score": the higher score in this frame has it, of equals the
    higher number.
    """
    height, width = size
    owners = np.zeros((width, height), np.uint32)  # column by column, as masks come out of their run lengths
    claimed = np.zeros((width, height), np.bool_)
    twice = np.zeros((width, height), np.bool_)
    for one in sorted(found, key=lambda one: (one.score if overlap == "score" else 0.0, one.number)):
        x, y, across, down = one.box
        place = slice(x, x + across), slice(y, y + down)
        bits = one.bits().T[place]
        np.copyto(owners[place], one.number, where=bits)
        twice[place] |= claimed[place] & bits
        claimed[place] |= bits
    return owners.T, int(np.count_nonzero(twice))
