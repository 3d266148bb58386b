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


def draw(
    picture: NDArray[np.uint8], markings: Sequence[Marking], *, fill: float = FILL, edge_px: float | None = None
) -> NDArray[np.uint8]:
    """A copy of picture [H, W, 3] uint8 RGB with every marking on it, the last on top.

    fill is the colour's share inside a mask; edge_px is how wide the line along its inner edge is, None by the
    picture's size.
    """
    shown = picture.copy()
    thickness = max(1, round(min(picture.shape[:2]) / 360))
    for marking in markings:
        bright = _bright(marking.color)
        _paint(shown, marking, bright, fill, thickness if edge_px is None else edge_px)
        if marking.corners is not None:
            points = np.round(marking.corners * (1 << _SHIFT)).astype(np.int32)
            cv2.polylines(shown, [points], True, bright, thickness, cv2.LINE_AA, _SHIFT)
    return shown


def _paint(
    shown: NDArray[np.uint8], marking: Marking, bright: tuple[int, int, int], fill: float, edge_px: float
) -> None:
    """Colour a mask's pixels and its edge; pixels outside the mask stay as they are."""
    bits = marking.mask.view(np.uint8)
    if bits.flags.f_contiguous:  # as run lengths are decoded: cv2 would copy it before it looks
        y, x, height, width = cv2.boundingRect(bits.T)
    else:
        x, y, width, height = cv2.boundingRect(bits)
    if not width:
        return
    inside = np.ascontiguousarray(bits[y : y + height, x : x + width])
    region = shown[y : y + height, x : x + width]
    values = np.arange(256)[:, None] * (1 - fill) + np.array(marking.color) * fill  # [256, 3]
    table = np.round(values).astype(np.uint8)[:, None]
    cv2.copyTo(cv2.LUT(region, table), inside, region)
    around = cv2.copyMakeBorder(inside, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    depth = cv2.distanceTransform(around, cv2.DIST_L2, 5)[1:-1, 1:-1]  # px from a pixel's outer side to the edge, >= 1
    line = (inside != 0) & (depth < edge_px + 1)
    share = np.clip(edge_px + 1 - depth[line], 0, 1)[:, None]
    region[line] = np.round(region[line] * (1 - share) + np.array(bright) * share).astype(np.uint8)


def _bright(color: tuple[int, int, int]) -> tuple[int, int, int]:
    """The same hue at full strength; white for black."""
    strongest = max(color)
    if strongest == 0:
        return (255, 255, 255)
    red, green, blue = (channel * 255 // strongest for channel in color)
    return (red, green, blue)
