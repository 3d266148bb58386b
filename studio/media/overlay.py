"""What a person sees of a mask in a film: colour over the object, a line along its edge, its rotated box.

It is drawn where a film's pictures are: on light and colours themselves, in the boxes of the masks alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.media.colors import Colors
from studio.media.edge import near_edge
from studio.media.planes import Planes

FILL = 0.5  # share of the colour over the picture's own
_SHIFT = 4  # cv2 draws to 1/16 px
_MARGIN = 2  # px of nothing around a mask, even: what its edge is an edge to

Share = NDArray[np.float32]  # [h, w], 0..1


@dataclass(frozen=True, slots=True, eq=False)
class Marking:
    """One object to draw in one frame."""

    x: int  # where the mask lies in the picture
    y: int
    mask: NDArray[np.bool_]  # [h, w]
    corners: NDArray[np.float64] | None  # [4, 2] x, y; whole numbers are pixel centres, as in cv2
    color: tuple[int, int, int]  # RGB

    @classmethod
    def of(cls, whole: NDArray[np.bool_], corners: NDArray[np.float64] | None, color: tuple[int, int, int]) -> Self:
        """Of a mask [H, W] of the whole picture."""
        bits = whole.view(np.uint8)
        if bits.flags.f_contiguous:  # as run lengths are decoded: cv2 would copy it before it looks
            y, x, height, width = cv2.boundingRect(bits.T)
        else:
            x, y, width, height = cv2.boundingRect(bits)
        return cls(x, y, np.ascontiguousarray(whole[y : y + height, x : x + width]), corners, color)


def draw(
    picture: Planes, markings: Sequence[Marking], colors: Colors, *, fill: float = FILL, edge_px: float | None = None
) -> None:
    """Draw every marking on a picture, the last on top.

    fill is the colour's share inside a mask; edge_px is how wide the line along its inner edge is, None by the
    picture's size.
    """
    thickness = max(1, round(min(picture.height, picture.width) / 360))
    for marking in markings:
        bright = colors.coded(_bright(marking.color))
        if marking.mask.size:
            _paint(
                picture, marking, colors.coded(marking.color), bright, fill, thickness if edge_px is None else edge_px
            )
        if marking.corners is not None:
            _outline(picture, marking.corners, bright, thickness)


def _paint(
    picture: Planes,
    marking: Marking,
    plain: tuple[float, float, float],
    bright: tuple[float, float, float],
    fill: float,
    edge_px: float,
) -> None:
    """Colour a mask's pixels and its edge; light outside the mask stays as it is."""
    x, y = _even(marking.x), _even(marking.y)
    height = min(_even(marking.y + marking.mask.shape[0] + 1), picture.height) - y
    width = min(_even(marking.x + marking.mask.shape[1] + 1), picture.width) - x
    above, left = _MARGIN + marking.y - y, _MARGIN + marking.x - x
    around: NDArray[np.uint8] = cv2.copyMakeBorder(
        marking.mask.view(np.uint8), above, _MARGIN, left, _MARGIN, cv2.BORDER_CONSTANT, value=0
    ).astype(np.uint8, copy=False)
    places, depth = near_edge(around, edge_px + 1)
    share = np.minimum(np.float32(edge_px + 1) - depth, np.float32(1))  # of the line, in each pixel it touches
    rows, columns = np.divmod(places, around.shape[1])
    rows, columns = rows - _MARGIN, columns - _MARGIN
    inside = np.ascontiguousarray(around[_MARGIN : _MARGIN + height, _MARGIN : _MARGIN + width])
    luma = picture.luma[y : y + height, x : x + width]
    cv2.copyTo(cv2.convertScaleAbs(luma, alpha=1 - fill, beta=plain[0] * fill), inside, luma)
    luma[rows, columns] = luma[rows, columns] * (1 - share) + np.float32(bright[0]) * share + np.float32(0.5)
    lined = np.zeros(inside.shape, np.float32)
    lined[rows, columns] = share
    edge = _halved(lined)
    _tint(picture, x, y, np.float32(fill) * (_halved(inside.astype(np.float32)) - edge), edge, plain, bright)


def _outline(picture: Planes, corners: NDArray[np.float64], bright: tuple[float, float, float], thickness: int) -> None:
    """The rotated box, as far as it lies in the picture."""
    reach = thickness + 2
    x, y = (_even(max(0, int(least) - reach)) for least in corners.min(axis=0))
    most_x, most_y = (_even(int(most) + reach + 1) for most in corners.max(axis=0))
    right, bottom = min(most_x, picture.width), min(most_y, picture.height)
    if right <= x or bottom <= y:
        return
    drawn = np.zeros((bottom - y, right - x), np.uint8)
    points = np.round((corners - (x, y)) * (1 << _SHIFT)).astype(np.int32)
    cv2.polylines(drawn, [points], True, 255, thickness, cv2.LINE_AA, _SHIFT)
    share = drawn.astype(np.float32) / np.float32(255)
    luma = picture.luma[y:bottom, x:right]
    luma[:] = luma * (1 - share) + np.float32(bright[0]) * share + np.float32(0.5)
    half = _halved(share)
    _tint(picture, x, y, np.zeros_like(half), half, bright, bright)


def _tint(
    picture: Planes,
    x: int,
    y: int,
    filled: Share,
    lined: Share,
    plain: tuple[float, float, float],
    bright: tuple[float, float, float],
) -> None:
    """Mix the colours from x, y on: `filled` is the share of plain, `lined` that of bright, the rest stays."""
    kept = 1 - filled - lined
    height, width = kept.shape
    for plane, its_plain, its_bright in ((picture.cb, plain[1], bright[1]), (picture.cr, plain[2], bright[2])):
        region = plane[y // 2 : y // 2 + height, x // 2 : x // 2 + width]
        # half a step on top: what is cast to whole numbers is cut off
        region[:] = region * kept + np.float32(its_plain) * filled + (np.float32(its_bright) * lined + np.float32(0.5))


def _halved(share: Share) -> Share:
    """The mean of each two pixels by two; where a side is odd, as the picture's is, the last one counts twice."""
    height, width = share.shape
    if height % 2 or width % 2:
        even = cv2.copyMakeBorder(share, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
    else:
        even = share
    halved = cv2.resize(even, (even.shape[1] // 2, even.shape[0] // 2), interpolation=cv2.INTER_AREA)
    return halved.astype(np.float32, copy=False)


def _even(place: int) -> int:
    """Where the two pixels begin that share a colour."""
    return place - place % 2


def _bright(color: tuple[int, int, int]) -> tuple[int, int, int]:
    """The same hue at full strength; white for black."""
    strongest = max(color)
    if strongest == 0:
        return (255, 255, 255)
    red, green, blue = (channel * 255 // strongest for channel in color)
    return (red, green, blue)
