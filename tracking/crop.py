"""Cutting a square around an object out of a frame, and laying a mask found there back on it.

All geometry follows SiamMask tools/test.py to the pixel, because trained weights have seen no other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tracking.mask import Mask
from tracking.profile import Rounding

TEMPLATE_SIDE = 127  # crop pixels
SEARCH_SIDE = 255
STRIDE = 8
MIN_CONTOUR_PX = 100  # area under which a mask's part says nothing of the object's angle
CONTEXT = 0.5  # share of the mean side added around a box (paper section 4, SiamFC's context)


def context_side(width: float, height: float) -> float:
    """The side, in video pixels, of the square that a template of this box covers; not rounded."""
    context = CONTEXT * (width + height)
    return math.sqrt((width + context) * (height + context))


def color_mean(frame: NDArray[np.uint8]) -> tuple[float, float, float]:
    """Mean of each channel of the frame [H, W, 3]."""
    red, green, blue = frame.reshape(-1, 3).mean(axis=0, dtype=np.float64)
    return float(red), float(green), float(blue)


def subwindow(
    frame: NDArray[np.uint8],
    center: tuple[float, float],
    side: int,
    out_side: int,
    fill: tuple[float, float, float],
    rounding: Rounding,
) -> NDArray[np.uint8]:
    """The square of `side` video pixels around center, resized to [out_side, out_side, 3] uint8.

    What lies outside the frame has the colour `fill`, truncated to uint8 before resizing as the original does.
    """
    left = round_px(center[0] - (side + 1) / 2, rounding)
    top = round_px(center[1] - (side + 1) / 2, rounding)
    height, width = frame.shape[:2]
    before_x, before_y = max(0, -left), max(0, -top)
    after_x, after_y = max(0, left + side - width), max(0, top + side - height)
    color = np.array(fill).astype(np.uint8)
    inside = frame[max(0, top) : max(0, top + side), max(0, left) : max(0, left + side)]
    if inside.size == 0:
        square = np.empty((side, side, 3), np.uint8)
        square[:] = color
    elif before_x or before_y or after_x or after_y:
        # ten times as fast as filling an array and laying the picture into it
        square = cv2.copyMakeBorder(
            inside, before_y, after_y, before_x, after_x, cv2.BORDER_CONSTANT, value=[int(value) for value in color]
        ).astype(np.uint8, copy=False)
    else:
        square = inside
    if side == out_side:
        return np.ascontiguousarray(square)
    return cv2.resize(square, (out_side, out_side), interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)


def round_px(value: float, rounding: Rounding) -> int:
    """value as whole pixels, by the reference's own rule."""
    return round(value) if rounding is Rounding.HALF_EVEN else math.floor(value + 0.5)


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a square mask lies on the frame: x_video = left + step_x * x_mask, y_video = top + step_y * y_mask."""

    left: float
    top: float
    step_x: float
    step_y: float

    @classmethod
    def of_position(
        cls,
        center: tuple[float, float],
        side: int,
        row: int,
        column: int,
        mask_side: int,
        frame_width: int,
        frame_height: int,
    ) -> Placement:
        """The place of the mask predicted at row, column of the response to a region of `side` px around center."""
        ratio = side / SEARCH_SIDE  # video pixels a crop pixel
        sub_x = center[0] - side / 2 + (column - 4) * STRIDE * ratio
        sub_y = center[1] - side / 2 + (row - 4) * STRIDE * ratio
        step = TEMPLATE_SIDE * ratio / mask_side
        # (W - 1) / W: a quirk of the original's crop_back, under which its masks were made and scored
        shrink_x, shrink_y = (frame_width - 1) / frame_width, (frame_height - 1) / frame_height
        return cls(shrink_x * sub_x, shrink_y * sub_y, shrink_x * step, shrink_y * step)

    def reach(self, mask_side: int, frame_width: int, frame_height: int) -> tuple[int, int, int, int]:
        """The frame's pixels this mask touches: left, top, width, height; width or height 0 where it touches none."""
        left = max(0, math.floor(self.left - self.step_x))
        top = max(0, math.floor(self.top - self.step_y))
        right = min(frame_width, math.ceil(self.left + mask_side * self.step_x) + 1)
        bottom = min(frame_height, math.ceil(self.top + mask_side * self.step_y) + 1)
        return left, top, max(0, right - left), max(0, bottom - top)


def paste(
    values: NDArray[np.float32],
    placement: Placement,
    frame_width: int,
    frame_height: int,
    threshold: float,
    border: float,
) -> Mask:
    """Lay values [S, S] float32 on the frame, bilinear, fading to `border` outside.

    Only the pixels that the mask reaches are computed: everywhere else the original's full-frame warp has `border`.
    """
    left, top, width, height = placement.reach(values.shape[0], frame_width, frame_height)
    if width == 0 or height == 0:
        crop = np.zeros((0, 0), np.float32)
        return Mask(crop, 0, 0, frame_width, frame_height, threshold, border)
    matrix = np.array(
        [[placement.step_x, 0, placement.left - left], [0, placement.step_y, placement.top - top]], np.float64
    )
    crop = cv2.warpAffine(
        values, matrix, (width, height),
        flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=border,
    ).astype(np.float32, copy=False)  # fmt: skip
    return Mask(crop, left, top, frame_width, frame_height, threshold, border)


def rotated_box(mask: Mask) -> NDArray[np.float64] | None:
    """The smallest rectangle of any angle around the mask's largest part: [4, 2] corners, video pixels.

    None when no part is larger than 100 square pixels, as SiamMask tools/test.py.
    """
    contours, _ = cv2.findContours(mask.bits().astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    areas = [cv2.contourArea(contour) for contour in contours]
    if not areas or max(areas) <= MIN_CONTOUR_PX:
        return None
    largest = contours[int(np.argmax(areas))] + np.array([mask.x, mask.y], np.int32)
    return cv2.boxPoints(cv2.minAreaRect(largest)).astype(np.float64)
