"""Mending a mask: holes, specks, its edge, its flicker. Masks are [H, W] uint8 of 0 and 1, and stay so."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from studio.media.rle import Bits

MOST_GROWTH_PX = 100


def fill_holes(bits: Bits) -> Bits:
    """Fill what the mask encloses. Ground that touches it only at a corner is enclosed too."""
    around = cv2.copyMakeBorder(1 - bits, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
    _, parts = cv2.connectedComponents(around, connectivity=4)
    outside = parts == parts[0, 0]
    return np.where(outside[1:-1, 1:-1], np.uint8(0), np.uint8(1))


def drop_specks(bits: Bits, least_px: int) -> Bits:
    """Take away parts of fewer than `least_px` pixels, but never the largest. Pixels that touch at corners are one."""
    many, parts, stats, _ = cv2.connectedComponentsWithStats(bits, connectivity=8)
    if many <= 2:
        return bits
    areas = stats[:, cv2.CC_STAT_AREA]
    kept = areas >= least_px
    kept[1 + int(areas[1:].argmax())] = True
    kept[0] = False  # the ground
    made: Bits = kept[parts].astype(np.uint8)
    return made


def grow(bits: Bits, by_px: int) -> Bits:
    """Move the edge outward by a disc of this radius in px, inward where it is negative."""
    radius = abs(by_px)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    if by_px >= 0:
        return cv2.dilate(bits, disc, borderType=cv2.BORDER_CONSTANT, borderValue=0).astype(np.uint8)
    # beyond the picture there is more of the object: its edge is not the object's
    return cv2.erode(bits, disc, borderType=cv2.BORDER_REPLICATE).astype(np.uint8)


def smooth(bits: Bits, neighbours: Sequence[Bits]) -> Bits:
    """What most of this mask and its neighbours in time say, each moved so that its centre lies on this one's.

    A tie keeps this mask's own pixels.
    """
    here = _centre(bits)
    votes = bits.astype(np.int16)
    for other in neighbours:
        by = np.round(here - _centre(other)).astype(int)
        votes += _moved(other, int(by[0]), int(by[1]))
    of = len(neighbours) + 1
    made: Bits = ((2 * votes > of) | ((2 * votes == of) & (bits > 0))).astype(np.uint8)
    return made


def _centre(bits: Bits) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """x, y of the middle of a mask's pixels."""
    moments = cv2.moments(bits, binaryImage=True)
    return np.array([moments["m10"], moments["m01"]]) / max(moments["m00"], 1.0)


def _moved(bits: Bits, right: int, down: int) -> Bits:
    shift = np.array([[1, 0, right], [0, 1, down]], np.float64)
    height, width = bits.shape
    return cv2.warpAffine(bits, shift, (width, height), flags=cv2.INTER_NEAREST).astype(np.uint8)
