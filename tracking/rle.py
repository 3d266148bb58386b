"""COCO's compressed run-length encoding of binary masks, straight from a crop of the frame.

Runs go down the columns, first over zeros; each run's length is stored as the difference to the one before the
last, in base 32 with a continuation bit, shifted to printable characters. The bytes are those of pycocotools.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracking.errors import BadInput

_GROUPS = 7  # 5 bits each: differences of up to 2 ** 34, more than any frame has pixels


@dataclass(frozen=True, slots=True)
class Rle:
    """A binary mask of height x width pixels; counts is COCO's compressed string."""

    height: int
    width: int
    counts: bytes

    def to_json(self) -> dict[str, object]:
        """{"size": [H, W], "counts": str}, as pycocotools and COCO files write it."""
        return {"size": [self.height, self.width], "counts": self.counts.decode("ascii")}

    @property
    def area(self) -> int:
        """How many pixels are set."""
        return int(_runs(self.counts)[1::2].sum())


def encode(
    bits: NDArray[np.bool_],
    x: int = 0,
    y: int = 0,
    frame_width: int | None = None,
    frame_height: int | None = None,
) -> Rle:
    """Encode bits [h, w], which lie at x, y (video pixels) of a frame; the rest of the frame is empty.

    Without a frame size the bits are the frame. Only the crop is looked at, so the cost follows the object's
    size and not the frame's. Raises BadInput when the crop does not lie in the frame.
    """
    height, width = bits.shape
    frame_width = width if frame_width is None else frame_width
    frame_height = height if frame_height is None else frame_height
    if x < 0 or y < 0 or x + width > frame_width or y + height > frame_height:
        raise BadInput(
            f"a crop of {width} x {height} px at {x},{y} is outside a frame of {frame_width} x {frame_height}"
        )
    columns = np.zeros((width, height + 2), np.int8)  # a zero before and after each column closes its runs
    columns[:, 1:-1] = bits.T
    edge = np.diff(columns, axis=1)  # [w, h + 1]: +1 where a run starts, -1 where one has ended
    start_column, start_row = np.nonzero(edge == 1)
    end_column, end_row = np.nonzero(edge == -1)
    starts = (start_column + x) * frame_height + start_row + y
    ends = (end_column + x) * frame_height + end_row + y
    if starts.size:  # a run that reaches the frame's bottom goes on at the top of the next column
        joined = starts[1:] == ends[:-1]
        starts = starts[np.concatenate(([True], ~joined))]
        ends = ends[np.concatenate((~joined, [True]))]
    bounds = np.empty(2 * starts.size + 2, np.int64)
    bounds[0] = 0
    bounds[1:-1:2], bounds[2:-1:2] = starts, ends
    bounds[-1] = frame_width * frame_height
    runs = np.diff(bounds)
    if runs.size > 1 and runs[-1] == 0:
        runs = runs[:-1]  # the mask ends with a set pixel: no closing run of zeros
    return Rle(frame_height, frame_width, _pack(runs))


def decode(rle: Rle) -> NDArray[np.bool_]:
    """The mask, bool [H, W]. Raises BadInput when the runs do not fill the frame exactly."""
    runs = _runs(rle.counts)
    if runs.size and (runs.min() < 0 or int(runs.sum()) != rle.height * rle.width):
        raise BadInput(f"the runs of a mask of {rle.height} x {rle.width} px add up to {int(runs.sum())} px")
    values = np.zeros(runs.size, np.bool_)
    values[1::2] = True
    return np.repeat(values, runs).reshape(rle.width, rle.height).T.copy()


def _pack(runs: NDArray[np.int64]) -> bytes:
    deltas = runs.copy()
    deltas[3:] -= runs[1:-2]  # COCO's maskApi.c: from the fourth count on, minus the count two before
    groups = (deltas[:, None] >> (5 * np.arange(_GROUPS))) & 0x1F  # [n, 7], least significant first
    rest = deltas[:, None] >> (5 * np.arange(1, _GROUPS + 1))  # what is left after each group
    sign = (groups & 0x10) != 0
    last = ((rest == 0) & ~sign) | ((rest == -1) & sign)  # the rest is only sign extension
    kept = np.cumsum(last, axis=1) - last == 0
    characters = (groups | np.where(last, 0, 0x20)) + 48
    counts: bytes = characters[kept].astype(np.uint8).tobytes()
    return counts


def _runs(counts: bytes) -> NDArray[np.int64]:
    groups = np.frombuffer(counts, np.uint8).astype(np.int64) - 48
    if groups.size and (groups.min() < 0 or groups.max() > 63 or groups[-1] & 0x20):
        raise BadInput("these are not the counts of a COCO run-length mask")
    first = np.concatenate(([True], (groups[:-1] & 0x20) == 0)) if groups.size else np.zeros(0, np.bool_)
    index = np.cumsum(first) - 1  # which number each group belongs to
    place = np.arange(groups.size) - np.flatnonzero(first)[index] if groups.size else groups
    if place.size and place.max() >= _GROUPS + 2:
        raise BadInput("a count of a COCO run-length mask is too long")
    deltas = np.zeros(int(first.sum()), np.int64)
    np.add.at(deltas, index, (groups & 0x1F) << (5 * place))
    last = (groups & 0x20) == 0
    negative = (groups[last] & 0x10) != 0
    deltas -= np.where(negative, np.int64(1) << (5 * (place[last] + 1)), 0)
    # run i is delta i plus run i - 2 from the fourth on: running sums over odd and even places
    runs = deltas.copy()
    runs[1::2] = np.cumsum(deltas[1::2])
    runs[2::2] = np.cumsum(deltas[2::2])
    return runs
