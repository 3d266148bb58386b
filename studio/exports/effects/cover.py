"""How much of each pixel belongs to the objects of a frame, with soft edges, and two pictures mixed by it."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.exports.spool import Found
from studio.media.clip import Picture

Cover = NDArray[np.float32]  # [H, W] 0..1


def masked(found: Iterable[Found], size: tuple[int, int]) -> NDArray[np.bool_]:
    """[H, W] bool: the pixels of any of the objects."""
    turned = np.zeros(size[::-1], np.bool_)
    for one in found:
        turned |= one.bits().T  # as run lengths are decoded, by columns: memory is gone through in its order
    return cv2.transpose(turned.view(np.uint8)).view(np.bool_)


def near(bits: NDArray[np.bool_], reach: int) -> tuple[slice, slice]:
    """Rows and columns of the picture that hold every pixel of bits, and reach px around them."""
    x, y, width, height = cv2.boundingRect(bits.view(np.uint8))
    return slice(max(0, y - reach), y + height + reach), slice(max(0, x - reach), x + width + reach)


def inward(bits: NDArray[np.bool_], feather: int) -> Cover:
    """1 inside, less within feather px of the edge, 0 on every pixel outside: nothing of the ground comes along.

    Where the picture's border cuts an object off, there is no edge.
    """
    cover = bits.astype(np.float32)
    if feather and bits.any():
        region = near(bits, 1)
        cover[region] = _ramp(bits[region], feather)
    return cover


def outward(bits: NDArray[np.bool_], feather: int) -> Cover:
    """1 on every pixel inside, falling to 0 within feather px outside: nothing of the object is left to see."""
    cover = bits.astype(np.float32)
    if feather and bits.any():
        region = near(bits, feather + 1)
        cover[region] = 1 - _ramp(~bits[region], feather)
    return cover


def mix(over: Picture, under: Picture, cover: Cover) -> Picture:
    """[H, W, 3]: `over` where cover is 1, `under` where it is 0, both to the last bit."""
    mixed = under.copy()
    cv2.copyTo(over, (cover >= 1).view(np.uint8), mixed)
    soft = (cover > 0) & (cover < 1)
    if soft.any():
        region = near(soft, 0)
        share = np.ascontiguousarray(cover[region])
        blended = cv2.blendLinear(over[region], under[region], share, 1 - share)
        mixed[region][soft[region]] = blended[soft[region]]
    return mixed


def _ramp(bits: NDArray[np.bool_], feather: int) -> Cover:
    """0 outside, rising to 1 within feather px of the edge."""
    if bits.all():
        return np.ones(bits.shape, np.float32)
    distance = cv2.distanceTransform(bits.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)  # 1 at the edge
    return np.minimum(distance / (feather + 1), 1, dtype=np.float32)
