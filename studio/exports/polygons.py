"""Outlines of masks: rings of corners, and one polygon of several rings for formats that hold one only."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Ring = NDArray[np.int64]  # [n, 2] x, y
Words = NDArray[np.object_]  # str of each place along a side

_WAY = np.array([[5, 4, 3], [6, 0, 2], [7, 0, 1]])  # by x and y of a move, each + 1
_CORNERS = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])  # of a pixel, clockwise


def edge_rings(bits: NDArray[np.bool_], x: int = 0, y: int = 0) -> list[tuple[Ring, list[Ring]]]:
    """The outlines of [h, w] bool along the edges of its pixels: for each part its outer ring and those of its holes.

    x, y is where the crop lies. Filled by area they give exactly these pixels; one pixel is a square of four corners.
    """
    return [
        (_on_edges(outer, x, y), [_on_edges(hole, x, y) for hole in holes])
        for outer, holes in _rings(bits.view(np.uint8), cv2.CHAIN_APPROX_NONE)
    ]


def centre_rings(bits: NDArray[np.bool_], x: int = 0, y: int = 0) -> list[tuple[Ring, list[Ring]]]:
    """The same through the centres of the outermost pixels: cv2.fillPoly makes the bits again.

    A ring alone has its corners only; where a part has holes all are points, so that a bridge finds the shortest way.
    """
    moved = np.array([x, y], np.int64)
    return [
        (outer + moved, [hole + moved for hole in holes]) if holes else (_corners(outer) + moved, [])
        for outer, holes in _rings(bits.view(np.uint8), cv2.CHAIN_APPROX_NONE)
    ]


def joined(rings: Sequence[Ring]) -> Ring:
    """One ring of several: each is entered and left over a short bridge without width."""
    whole = rings[0]
    for ring in rings[1:]:
        there = 0
        for _ in range(3):  # from a point to the nearest of the other ring and back: soon the shortest way about there
            here = _nearest(whole, ring[there])
            there = _nearest(ring, whole[here])
        turned = np.roll(ring, -there, axis=0)
        whole = np.concatenate([whole[: here + 1], turned, turned[:1], whole[here:]])
    return whole


def in_words(ring: Ring, across: Words, down: Words) -> str:
    """A ring's points as text: the word of each x and of each y in turn, which bring their separators along."""
    words = np.empty((len(ring), 2), object)
    words[:, 0], words[:, 1] = across[ring[:, 0]], down[ring[:, 1]]
    return "".join(words.ravel().tolist())


def _nearest(ring: Ring, point: Ring) -> int:
    return int(np.argmin(np.abs(ring - point).sum(axis=1)))


def _rings(image: NDArray[np.uint8], method: int) -> list[tuple[Ring, list[Ring]]]:
    contours, tree = cv2.findContours(np.ascontiguousarray(image), cv2.RETR_CCOMP, method)
    if not contours:
        return []
    found = [contour[:, 0].astype(np.int64) for contour in contours]
    parts: list[tuple[Ring, list[Ring]]] = []
    for place, (_, _, child, parent) in enumerate(tree[0]):
        if parent >= 0:
            continue  # a hole: told with its part
        holes = []
        while child >= 0:
            holes.append(found[child])
            child = tree[0][child][0]
        parts.append((found[place], holes))
    return parts


def _corners(ring: Ring) -> Ring:
    """A ring of neighbours without those that lie between two others on one line."""
    steps = _steps(ring)
    turns = steps != np.roll(steps, 1)
    return ring[turns] if turns.any() else ring


def _steps(ring: Ring) -> Ring:
    """[n]: from each of a ring's neighbouring pixels to the next: 0 right, 1 right and down, ... 7 right and up."""
    moves = np.concatenate([ring[1:], ring[:1]]) - ring
    ways: Ring = _WAY[moves[:, 0] + 1, moves[:, 1] + 1]
    return ways


def _on_edges(ring: Ring, x: int, y: int) -> Ring:
    """The ring along the pixels' outer edges, its corners only.

    cv2 goes about the pixels with what is outside on its right hand; turned around it is on the left, and the way along
    the edges goes clockwise around each pixel: from the corner at which it is entered to that at which it is left, by
    none of its sides to all four.
    """
    ring = ring[::-1]
    moved: Ring
    if len(ring) == 1:
        moved = ring + _CORNERS + [x, y]
        return moved
    leaving = _steps(ring)
    entering = np.roll(leaving, 1)
    first = entering // 2
    sides = ((leaving + 1) // 2 + 1 - first) % 4
    sides[(sides == 0) & (entering % 2 == 1)] = 4  # the end of a diagonal line: all around and back
    pixel = np.repeat(np.arange(len(ring)), sides)
    begun = np.cumsum(sides) - sides
    side = (first[pixel] + np.arange(pixel.size) - begun[pixel]) % 4  # from corner `side` to the next, clockwise
    turns = side != np.concatenate([side[1:], side[:1]])
    moved = ring[pixel[turns]] + _CORNERS[(side[turns] + 1) % 4] + [x, y]
    return moved
