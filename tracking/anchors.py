"""The anchors of the region proposal network: five shapes at each of 25 x 25 positions."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

RATIOS = (0.33, 0.5, 1.0, 2.0, 3.0)  # height / width
SCALE = 8
STRIDE = 8  # crop pixels between two neighbours of the response map
COUNT = len(RATIOS)


def anchor_sizes() -> NDArray[np.float64]:
    """[5, 2] float64, width and height in crop pixels: (104, 32) (88, 40) (64, 64) (40, 80) (32, 96).

    The truncations are the original's (utils/anchors.py, round_dight 0) and part of the trained weights.
    """
    sizes = []
    for ratio in RATIOS:
        width = int(math.sqrt(STRIDE * STRIDE / ratio))
        height = int(width * ratio)
        sizes.append((width * SCALE, height * SCALE))
    return np.array(sizes, np.float64)


def anchor_grid(response_side: int = 25, center: float = 0.0) -> NDArray[np.float64]:
    """[4, 5, side, side] float64: centre x, centre y, width, height in crop pixels.

    Positions are relative to the crop's centre, which stands at `center` (0 in tracking; 127 or 71, half the
    crop's side, for training labels). Flattened, a position's index is (anchor * side + row) * side + column.
    """
    steps = (np.arange(response_side) - response_side // 2) * STRIDE + center
    shape = (COUNT, response_side, response_side)
    sizes = anchor_sizes()
    return np.stack(
        [
            np.broadcast_to(steps[None, None, :], shape),
            np.broadcast_to(steps[None, :, None], shape),
            np.broadcast_to(sizes[:, 0, None, None], shape),
            np.broadcast_to(sizes[:, 1, None, None], shape),
        ]
    )
