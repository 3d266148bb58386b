"""A window of one size that goes along with objects, steadily: it neither jitters nor jumps where they are lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.exports.spool import Found
from studio.media.clip import Picture

Boxes = NDArray[np.float64]  # [N, 4] left, top, right, bottom in px of each frame; NaN where there is nothing

CALM_S = 0.4  # the deviation of the Gaussian that smooths the way
LEAST_PX = 16  # a window's side, however small the object


class Followed(Protocol):
    """What has to be known of a clip to follow something in it."""

    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def frame_rate(self) -> Fraction: ...


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """Where to look in each frame."""

    centers: NDArray[np.float64]  # [N, 2] x, y in px from the picture's corner
    width: int
    height: int

    def of(self, picture: Picture, place: int) -> Picture:
        """What is seen of the frame at this place among the chosen; between pixels, so that it glides."""
        x, y = self.centers[place]
        # cv2 counts from pixel centres
        seen = cv2.getRectSubPix(picture, (self.width, self.height), (float(x) - 0.5, float(y) - 0.5))
        return seen.astype(np.uint8, copy=False)


def box_of(found: Iterable[Found]) -> tuple[float, float, float, float]:
    """Left, top, right, bottom around all of them, NaN of none."""
    boxes = [one.box for one in found]
    if not boxes:
        return (np.nan, np.nan, np.nan, np.nan)
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    return (left, top, max(box[0] + box[2] for box in boxes), max(box[1] + box[3] for box in boxes))


def follow(boxes: Boxes, clip: Followed, shape: float, margin: int) -> Window:
    """The window that holds the largest box and margin percent of it on each side; shape is its width to its height.

    It stays within the picture, which alone may make it smaller than the object. Frames without a box are passed over
    on a straight way, before the first box and after the last it stands still.
    """
    width, height = _size(boxes, clip, shape, margin)
    there = np.flatnonzero(~np.isnan(boxes[:, 0]))
    sides = np.stack([np.interp(np.arange(len(boxes)), there, boxes[there, side]) for side in range(4)], axis=1)
    low, high = sides[:, :2], sides[:, 2:]
    half = np.array([width, height]) / 2
    centers = _smoothed((low + high) / 2, CALM_S * float(clip.frame_rate))
    # the object is held whole where it fits, however fast it is; where it does not, the window stays on it
    least, most = np.minimum(high - half, low + half), np.maximum(high - half, low + half)
    centers = np.clip(centers, least, most)
    centers = np.clip(centers, half, np.array([clip.width, clip.height]) - half)
    return Window(centers, width, height)


def _size(boxes: Boxes, clip: Followed, shape: float, margin: int) -> tuple[int, int]:
    """Width and height, even, as films' are."""
    sides = np.nanmax(boxes[:, 2:] - boxes[:, :2], axis=0) * (1 + 2 * margin / 100)
    width = max(float(sides[0]), float(sides[1]) * shape, LEAST_PX, LEAST_PX * shape)
    width = min(width, clip.width, clip.height * shape)
    return _even(width, clip.width), _even(width / shape, clip.height)


def _even(side: float, most: int) -> int:
    return max(2, min(2 * round(side / 2), most - most % 2))


def _smoothed(way: NDArray[np.float64], deviation: float) -> NDArray[np.float64]:
    reach = max(1, round(3 * deviation))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(deviation, 1e-3)) ** 2)
    longer = np.pad(way, ((reach, reach), (0, 0)), mode="edge")
    return np.stack([np.convolve(axis, kernel / kernel.sum(), mode="valid") for axis in longer.T], axis=1)
