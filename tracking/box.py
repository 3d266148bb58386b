"""An axis-aligned box in video pixels, and what makes one fit to start a track."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from tracking.errors import BadBox

MIN_SIDE_PX = 4.0  # below this a template is a handful of pixels blown up to 127


@dataclass(frozen=True, slots=True)
class Box:
    """Top-left corner and size, video pixels, edges (not pixel centres): x + width is the right edge."""

    x: float
    y: float
    width: float
    height: float

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "X,Y,W,H".

        Raises BadBox unless there are four finite numbers.
        """
        parts = text.split(",")
        try:
            numbers = [float(part) for part in parts]
        except ValueError:
            raise BadBox(f"a box is four numbers X,Y,W,H, got {text!r}") from None
        if len(numbers) != 4 or not all(math.isfinite(number) for number in numbers):
            raise BadBox(f"a box is four numbers X,Y,W,H, got {text!r}")
        return cls(*numbers)

    @classmethod
    def of_mask(cls, mask: NDArray[np.generic]) -> Box | None:
        """The smallest box around the non-zero pixels of mask [H, W], or None where there are none."""
        x, y, width, height = cv2.boundingRect((np.asarray(mask) != 0).astype(np.uint8))
        return cls(x, y, width, height) if width and height else None

    def check(self, frame_width: int, frame_height: int) -> Self:
        """Return the box itself when a track can start from it.

        Raises BadBox when a side is under 4 px or any part lies outside the frame.
        """
        if not all(math.isfinite(value) for value in (self.x, self.y, self.width, self.height)):
            raise BadBox(f"a box is four finite numbers, got {self}")
        if self.width < MIN_SIDE_PX or self.height < MIN_SIDE_PX:
            raise BadBox(f"a box must be at least 4 x 4 px, got {self.width:g} x {self.height:g}")
        if self.x < 0 or self.y < 0 or self.x + self.width > frame_width or self.y + self.height > frame_height:
            raise BadBox(f"the box {self} reaches outside the frame of {frame_width} x {frame_height} px")
        return self

    @property
    def corners(self) -> NDArray[np.float64]:
        """[4, 2] float64: top left, top right, bottom right, bottom left."""
        left, top, right, bottom = self.x, self.y, self.x + self.width, self.y + self.height
        return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float64)

    def overlap(self, other: Box) -> float:
        """Intersection over union with another box, 0..1."""
        width = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        height = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        if width <= 0 or height <= 0:
            return 0.0
        both = width * height
        return both / (self.width * self.height + other.width * other.height - both)

    def __str__(self) -> str:
        return f"{self.x:g},{self.y:g},{self.width:g},{self.height:g}"
