"""What a person sees of a mask: colour over the object, a line around it, its rotated box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

FILL = 0.5  # share of the colour over the picture's own
_SHIFT = 4  # cv2 draws to 1/16 px


@dataclass(frozen=True, slots=True, eq=False)
class Marking:
    """One object to draw in one frame."""

    mask: NDArray[np.bool_]  # [H, W]
    corners: NDArray[np.float64] | None  # [4, 2] x, y; whole numbers are pixel centres, as in cv2
    color: tuple[int, int, int]  # RGB


def draw(picture: NDArray[np.uint8], markings: Sequence[Marking]) -> NDArray[np.uint8]:
    """A copy of picture [H, W, 3] uint8 RGB with every marking on it, the last on top."""
    shown = picture.copy()
    thickness = max(1, round(min(picture.shape[:2]) / 360))
    for marking in markings:
        _fill(shown, marking)
        bright = _bright(marking.color)
        outlines, _ = cv2.findContours(marking.mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(shown, outlines, -1, bright, thickness, cv2.LINE_AA)
        if marking.corners is not None:
            points = np.round(marking.corners * (1 << _SHIFT)).astype(np.int32)
            cv2.polylines(shown, [points], True, bright, thickness, cv2.LINE_AA, _SHIFT)
    return shown


def _fill(shown: NDArray[np.uint8], marking: Marking) -> None:
    x, y, width, height = cv2.boundingRect(marking.mask.astype(np.uint8))
    bits = marking.mask[y : y + height, x : x + width]
    region = shown[y : y + height, x : x + width]
    mixed = region[bits] * (1 - FILL) + np.array(marking.color) * FILL
    region[bits] = np.round(mixed).astype(np.uint8)


def _bright(color: tuple[int, int, int]) -> tuple[int, int, int]:
    """The same hue at full strength; white for black."""
    strongest = max(color)
    if strongest == 0:
        return (255, 255, 255)
    red, green, blue = (channel * 255 // strongest for channel in color)
    return (red, green, blue)
