"""Run lengths as numbers: how many zeros, then ones, and so on; and masks cut out of them without the whole picture."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco

Runs = NDArray[np.int64]
Crop = tuple[int, int, NDArray[np.bool_]]  # x, y in the picture, [h, w] bool, contiguous


def runs_of(bits: NDArray[np.bool_], *, by_columns: bool) -> list[int]:
    """The runs of [h, w] bool, down the columns as COCO has them or along the rows; the first is of zeros, maybe 0."""
    line = bits.ravel(order="F" if by_columns else "C")
    bounds = np.flatnonzero(np.diff(line)) + 1
    runs: list[int] = np.diff(bounds, prepend=0, append=line.size).tolist()
    return [0, *runs] if line.size and line[0] else runs


def counts_of(bits: NDArray[np.bool_], at: tuple[int, int], size: tuple[int, int]) -> bytes:
    """COCO's compressed counts of [h, w] bool that lie at x, y in a picture of this height and width, else empty."""
    (x, y), (height, width) = at, size
    columns = np.zeros((bits.shape[1], height), np.bool_)
    columns[:, y : y + bits.shape[0]] = bits.T
    runs = runs_of(columns, by_columns=False)  # along columns, as they lie here
    runs[0] += x * height
    beyond = (width - x - bits.shape[1]) * height
    if len(runs) % 2:
        runs[-1] += beyond
    elif beyond:
        runs.append(beyond)
    counts: bytes = coco.frPyObjects({"size": [height, width], "counts": runs}, height, width)["counts"]
    return counts


def read_runs(counts: bytes) -> Runs:
    """The runs of COCO's compressed counts, as our own rows have them (studio.media.rle reads those of strangers).

    A number is groups of five bits, lowest first, a character each; the sixth bit says that more follow, the fifth of
    the last is the sign; from the fourth on it is the difference to the one before the last (maskApi.c).
    """
    groups = np.frombuffer(counts, np.uint8) - np.uint8(48)
    ends = np.flatnonzero(groups < 0x20)
    starts = np.empty_like(ends)
    starts[0], starts[1:] = 0, ends[:-1] + 1
    five = (groups & 0x1F).astype(np.int64)
    last = five[ends]
    runs: Runs = last - ((last & 0x10) << 1)  # the last group with its sign
    longer = np.flatnonzero(ends > starts)
    while longer.size:  # the group before, on and on to the first; few numbers have more than two
        ends[longer] -= 1
        runs[longer] = (runs[longer] << 5) + five[ends[longer]]
        longer = longer[ends[longer] > starts[longer]]
    runs[1::2] = runs[1::2].cumsum()
    runs[2::2] = runs[2::2].cumsum()
    return runs


def crop_of(runs: Runs, height: int) -> Crop:
    """The smallest upright box around the ones of a picture of this height, and what is in it; an empty one of none."""
    ends = runs.cumsum()
    first, beyond = ends[0:-1:2], ends[1::2]  # of each run of ones
    there = beyond > first
    if not there.all():
        first, beyond = first[there], beyond[there]
    if first.size == 0:
        return 0, 0, np.zeros((0, 0), np.bool_)
    columns, lasts = first // height, (beyond - 1) // height
    left, width = int(columns[0]), int(lasts[-1] - columns[0]) + 1
    top, tall = 0, height
    if (columns == lasts).all():  # else a run goes on at the top of the next column
        tops = first - columns * height
        top = int(tops.min())
        tall = int((tops + beyond - first).max()) - top
    # the same runs in the box alone, column after column: where each begins and ends, and what lies between
    bounds = np.empty(2 * first.size + 2, np.int64)
    bounds[0], bounds[-1] = 0, width * tall
    bounds[1:-1:2] = first - left * height - top - (columns - left) * (height - tall)
    bounds[2:-1:2] = bounds[1:-1:2] + beyond - first
    lengths = bounds[1:] - bounds[:-1]
    within = np.repeat((np.arange(lengths.size) & 1).astype(np.uint8), lengths).reshape(width, tall)
    return left, top, cv2.transpose(within).view(np.bool_)
