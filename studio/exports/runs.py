"""Run lengths as numbers: how many zeros, then ones, and so on; and masks cut out of them without the whole picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Runs = NDArray[np.int64]
Crop = tuple[int, int, NDArray[np.bool_]]  # x, y in the picture, [h, w] bool, contiguous


def runs_of(bits: NDArray[np.bool_], *, by_columns: bool) -> list[int]:
    """The runs of [h, w] bool, down the columns as COCO has them or along the rows; the first is of zeros, maybe 0."""
    line = bits.ravel(order="F" if by_columns else "C")
    bounds = np.flatnonzero(np.diff(line)) + 1
    runs: list[int] = np.diff(bounds, prepend=0, append=line.size).tolist()
    return [0, *runs] if line.size and line[0] else runs


def read_runs(counts: bytes) -> Runs:
    """The runs of COCO's compressed counts, as our own rows have them (studio.media.rle reads those of strangers).

    A number is groups of five bits, lowest first, a character each; the sixth bit says that more follow, the fifth of
    the last is the sign; from the fourth on it is the difference to the one before the last (maskApi.c).
    """
    groups = np.frombuffer(counts, np.uint8).astype(np.int64) - 48
    ends = np.flatnonzero(groups < 0x20)
    starts = np.concatenate([[0], ends[:-1] + 1])
    lengths = ends - starts + 1
    places = np.arange(groups.size) - np.repeat(starts, lengths)
    runs: Runs = np.add.reduceat((groups & 0x1F) << (5 * places), starts)
    negative = (groups[ends] & 0x10) != 0
    runs[negative] -= np.int64(1) << (5 * lengths[negative])
    runs[1::2] = np.cumsum(runs[1::2])
    runs[2::2] = np.cumsum(runs[2::2])
    return runs


def crop_of(runs: Runs, height: int) -> Crop:
    """The smallest upright box around the ones of a picture of this height, and what is in it; an empty one of none."""
    ends = np.cumsum(runs)
    first, beyond = ends[0:-1:2][: len(runs) // 2], ends[1::2]  # of each run of ones
    there = beyond > first
    first, beyond = first[there], beyond[there]
    if first.size == 0:
        return 0, 0, np.zeros((0, 0), np.bool_)
    columns, lasts = first // height, (beyond - 1) // height
    left, right = int(columns[0]), int(lasts[-1])
    top, bottom = 0, height - 1
    if (columns == lasts).all():  # else a run goes on at the top of the next column
        top = int((first - columns * height).min())
        bottom = int((beyond - 1 - lasts * height).max())
    start, stop = left * height, (right + 1) * height
    bounds = np.clip(ends, start, stop)
    lengths = bounds - np.concatenate([[start], bounds[:-1]])
    values = (np.arange(lengths.size) & 1).astype(np.bool_)
    within = np.repeat(values, lengths)
    whole = np.zeros(stop - start, np.bool_)  # runs may leave out the last zeros
    whole[: within.size] = within
    return left, top, np.ascontiguousarray(whole.reshape(right - left + 1, height)[:, top : bottom + 1].T)
