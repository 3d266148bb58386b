"""COCO run-length masks from anywhere: read strictly, before a library that trusts its input sees them.

Runs go down the columns from the top left, first over zeros. A number is groups of five bits, lowest first, one a
character from "0" on; the sixth bit says that more follow, the fifth bit of the last group is the sign; from the
fourth number on it is the difference to the one before the last (pycocotools, maskApi.c, rleToString).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco

from studio.media.errors import BadMask

Bits = NDArray[np.uint8]  # [H, W], 0 and 1

_MOST_GROUPS = 7  # of five bits: differences of up to 2 ** 34, more than any frame has pixels


def read_runs(counts: bytes, pixels: int) -> NDArray[np.int64]:
    """The lengths of the runs, zeros first. Raises BadMask unless they are lengths and cover exactly `pixels`."""
    groups = np.frombuffer(counts, np.uint8).astype(np.int64) - 48
    if groups.size == 0:
        raise BadMask("The run lengths of the mask are empty.")
    wrong = np.flatnonzero((groups < 0) | (groups > 63))
    if wrong.size:
        raise BadMask(f"Character {wrong[0] + 1} of the mask's run lengths is not one of COCO's.")
    last = (groups & 0x20) == 0
    if not last[-1]:
        raise BadMask("The run lengths of the mask end in the middle of a number.")
    first = np.concatenate(([True], last[:-1]))
    index = np.cumsum(first) - 1  # which number each group belongs to
    place = np.arange(groups.size) - np.flatnonzero(first)[index]
    if place.max() >= _MOST_GROUPS:
        raise BadMask(f"Number {index[int(place.argmax())] + 1} of the mask's run lengths is too long.")
    runs = np.zeros(int(index[-1]) + 1, np.int64)
    np.add.at(runs, index, (groups & 0x1F) << (5 * place))
    runs -= np.where((groups[last] & 0x10) != 0, np.int64(1) << (5 * (place[last] + 1)), 0)
    # number i is a difference to number i - 2 from the fourth on: running sums over odd and even places
    runs[1::2] = np.cumsum(runs[1::2])
    runs[2::2] = np.cumsum(runs[2::2])
    negative = np.flatnonzero(runs < 0)
    if negative.size:
        raise BadMask(f"Run {negative[0] + 1} of the mask has a length of {runs[negative[0]]} pixels.")
    if runs.sum() != pixels:
        raise BadMask(f"The runs of the mask cover {runs.sum()} pixels, and the picture has {pixels}.")
    return runs


def decode(counts: bytes, height: int, width: int) -> Bits:
    """The mask, [height, width] uint8 of 0 and 1, in columns. Raises BadMask."""
    read_runs(counts, height * width)
    bits: Bits = coco.decode({"size": [height, width], "counts": counts})
    return bits


def encode(bits: Bits) -> bytes:
    """COCO's compressed counts of a mask [H, W] of 0 and 1: the same mask always gives the same bytes."""
    counts: bytes = coco.encode(np.asfortranarray(bits, np.uint8))["counts"]
    return counts


def rotated_box(bits: Bits) -> list[float]:
    """The smallest rectangle of any angle around the mask's largest part: x, y of 4 corners, video pixels.

    As the tracker has it (SiamMask tools/test.py); where that has no area, the upright one. Empty for an empty mask.
    """
    rows, columns = np.flatnonzero(bits.any(axis=1)), np.flatnonzero(bits.any(axis=0))
    if rows.size == 0:
        return []
    top, left = int(rows[0]), int(columns[0])
    crop = np.ascontiguousarray(bits[top : rows[-1] + 1, left : columns[-1] + 1], np.uint8)
    contours, _ = cv2.findContours(crop, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    largest = max(contours, key=lambda contour: (cv2.contourArea(contour), len(contour)))
    rectangle = cv2.minAreaRect(largest)
    if min(rectangle[1]) < 1:
        x, y, width, height = cv2.boundingRect(largest)
        corners = np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]], np.float64)
    else:
        corners = cv2.boxPoints(rectangle).astype(np.float64)
    return [round(float(value), 3) for value in (corners + np.array([left, top])).ravel()]
