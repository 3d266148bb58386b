"""Run lengths as numbers, for the formats that write them out: how long, zeros first, ones next, and so on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def runs_of(bits: NDArray[np.bool_], *, by_columns: bool) -> list[int]:
    """The runs of [h, w] bool, down the columns as COCO has them or along the rows; the first is of zeros, maybe 0."""
    line = bits.ravel(order="F" if by_columns else "C")
    bounds = np.flatnonzero(np.diff(line)) + 1
    runs: list[int] = np.diff(bounds, prepend=0, append=line.size).tolist()
    return [0, *runs] if line.size and line[0] else runs
