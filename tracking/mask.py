"""A mask as a crop of the frame and its place: what a step gives, small enough to keep and send."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracking import rle


@dataclass(frozen=True, slots=True, eq=False)
class Mask:
    """An object's probability at the pixels of a crop; everywhere else it is `border`.

    The crop may be empty (0 x 0) when the object lies outside the frame.
    """

    values: NDArray[np.float32]  # [h, w] float32, border..1
    x: int  # the crop's left column, video pixels
    y: int  # the crop's top row, video pixels
    frame_width: int
    frame_height: int
    threshold: float
    border: float  # -1 or 0, see Profile.mask_border

    def bits(self) -> NDArray[np.bool_]:
        """[h, w] bool: the pixels of the crop that belong to the object."""
        return self.values > np.float32(self.threshold)

    def full(self) -> NDArray[np.bool_]:
        """[H, W] bool: the same on the whole frame."""
        frame = np.zeros((self.frame_height, self.frame_width), np.bool_)
        frame[self._place] = self.bits()
        return frame

    def probability(self) -> NDArray[np.float32]:
        """[H, W] float32 on the whole frame, `border` outside the crop."""
        frame = np.full((self.frame_height, self.frame_width), self.border, np.float32)
        frame[self._place] = self.values
        return frame

    def rle(self) -> rle.Rle:
        """The whole frame's mask in COCO's run-length encoding, made from the crop alone."""
        return rle.encode(self.bits(), self.x, self.y, self.frame_width, self.frame_height)

    @property
    def _place(self) -> tuple[slice, slice]:
        height, width = self.values.shape
        return slice(self.y, self.y + height), slice(self.x, self.x + width)
