"""J and F: how well a mask covers an object, and how well it follows its boundary.

By the definitions of Perazzi et al., "A Benchmark Dataset and Evaluation Methodology for Video Object Segmentation"
(CVPR 2016), with the numbers and edge cases of the evaluation code published with DAVIS 2017.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

BOUNDARY_TOLERANCE = 0.008  # of the image's diagonal: how far off a boundary pixel still counts as found
RECALL_THRESHOLD = 0.5
QUARTERS = 4

Bits = NDArray[np.bool_]  # [H, W], true on the object


@dataclass(frozen=True, slots=True)
class Statistics:
    """One measure over an object's frames."""

    mean: float
    recall: float  # share of frames above 0.5
    decay: float  # mean of the first quarter minus mean of the last: what is lost over time

    @classmethod
    def of_frames(cls, values: Sequence[float]) -> Statistics:
        """The statistics of at least one frame's values; neighbouring quarters share a frame, as DAVIS counts them."""
        frames = np.asarray(values, np.float64)
        edges = np.round(np.linspace(1, len(frames), QUARTERS + 1) + 1e-10).astype(int) - 1
        first, last = frames[edges[0] : edges[1] + 1], frames[edges[-2] : edges[-1] + 1]
        return cls(
            mean=float(frames.mean()),
            recall=float((frames > RECALL_THRESHOLD).mean()),
            decay=float(first.mean() - last.mean()),
        )

    @classmethod
    def average(cls, parts: Sequence[Statistics]) -> Statistics:
        """The plain mean of each number."""
        count = len(parts)
        return cls(
            mean=sum(part.mean for part in parts) / count,
            recall=sum(part.recall for part in parts) / count,
            decay=sum(part.decay for part in parts) / count,
        )


def region_similarity(mask: Bits, annotation: Bits) -> float:
    """J: intersection over union, 0..1; two empty masks agree, 1."""
    union = np.count_nonzero(mask | annotation)
    return float(np.count_nonzero(mask & annotation) / union) if union else 1.0


def boundary_accuracy(mask: Bits, annotation: Bits, tolerance: float = BOUNDARY_TOLERANCE) -> float:
    """F: the harmonic mean of boundary precision and recall, 0..1; two masks without a boundary agree, 1.

    A boundary pixel is found when the other boundary passes within ceil(tolerance * diagonal) px of it.
    """
    radius = math.ceil(tolerance * math.hypot(*mask.shape))
    window = _surroundings(mask, annotation)
    ours, theirs = boundary(mask[window]), boundary(annotation[window])
    count, expected = np.count_nonzero(ours), np.count_nonzero(theirs)
    if not count or not expected:
        return 1.0 if count == expected else 0.0
    precision = np.count_nonzero(ours & _grown(theirs, radius)) / count
    recall = np.count_nonzero(theirs & _grown(ours, radius)) / expected
    return float(2 * precision * recall / (precision + recall)) if precision + recall else 0.0


def boundary(mask: Bits) -> Bits:
    """[H, W] bool: pixels that differ from the one to the right, below or below right.

    One pixel wide and half a pixel up and left of the true boundary, as Martin's seg2bmap, which DAVIS uses. What lies
    outside the frame differs from nothing.
    """
    edge = np.zeros_like(mask)
    here = mask[:-1, :-1]
    edge[:-1, :-1] = (here ^ mask[:-1, 1:]) | (here ^ mask[1:, :-1]) | (here ^ mask[1:, 1:])
    edge[-1, :-1] = mask[-1, :-1] ^ mask[-1, 1:]
    edge[:-1, -1] = mask[:-1, -1] ^ mask[1:, -1]
    return edge


def _surroundings(mask: Bits, annotation: Bits) -> tuple[slice, slice]:
    """Where both boundaries lie: the box around both masks and one pixel more on each side.

    A boundary pixel touches its mask, so nothing is lost; growing needs no more room, for only what it gives at
    boundary pixels is read.
    """
    x, y, width, height = cv2.boundingRect((mask | annotation).view(np.uint8))
    return slice(max(0, y - 1), y + height + 1), slice(max(0, x - 1), x + width + 1)


def _grown(edge: Bits, radius: int) -> Bits:
    return np.asarray(cv2.dilate(edge.view(np.uint8), _disk(radius)), np.uint8).view(np.bool_)


@functools.cache
def _disk(radius: int) -> NDArray[np.uint8]:
    across = np.arange(-radius, radius + 1) ** 2
    return (across[:, None] + across[None, :] <= radius * radius).astype(np.uint8)
