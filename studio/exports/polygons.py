"""Outlines of masks: rings of corners, and one polygon of several rings for formats that hold one only."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Ring = NDArray[np.int64]  # [n, 2] x, y


def edge_rings(bits: NDArray[np.bool_], x: int = 0, y: int = 0) -> list[tuple[Ring, list[Ring]]]:
    """The outlines of [h, w] bool along the edges of its pixels: for each part its outer ring and those of its holes.

    x, y is where the crop lies. Filled by area they give exactly these pixels; one pixel is a square of four corners.
    """
    # at twice the size every pixel on an outline lies next to one edge only: u = 2x is at edge x, u = 2x + 1 at x + 1
    large = np.repeat(np.repeat(bits.view(np.uint8), 2, axis=0), 2, axis=1)
    return [
        (_on_edges(outer, x, y), [_on_edges(hole, x, y) for hole in holes])
        for outer, holes in _rings(large, cv2.CHAIN_APPROX_SIMPLE)
    ]


def centre_rings(bits: NDArray[np.bool_], x: int = 0, y: int = 0) -> list[tuple[Ring, list[Ring]]]:
    """The same through the centres of the outermost pixels, all of them points: cv2.fillPoly makes the bits again."""
    moved = np.array([x, y], np.int64)
    return [
        (outer + moved, [hole + moved for hole in holes])
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


def _on_edges(ring: Ring, x: int, y: int) -> Ring:
    corners = (ring + 1) // 2
    kept = np.any(corners != np.roll(corners, 1, axis=0), axis=1)  # a corner cut by two points becomes one again
    moved: Ring = corners[kept] + np.array([x, y], np.int64)
    return moved
