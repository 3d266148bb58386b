"""What the network should have said: SiamRPN's labels on the response map, as SiamMask datasets/siam_rpn_dataset.py.

Boxes are corners x1, y1, x2, y2 in crop pixels unless a name says center.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracking.anchors import anchor_grid

POSITIVE_IOU = 0.6
NEGATIVE_IOU = 0.3
POSITIVES = 16  # kept of a pair, SiamMask's TRAIN_POS
SAMPLED = 64  # positives and negatives together
NEGATIVE_REACH = 3  # cells around the centre from which a negative pair's 16 negatives come

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class AnchorLabels:
    """Labels of one pair; R is 25, or 3 in refine training."""

    cls: NDArray[np.int64]  # [5, R, R]: 1 target, 0 background, -1 not counted
    delta: Array  # [4, 5, R, R]: what loc should be
    delta_weight: Array  # [5, R, R]: 1 / positives on positives
    iou: Array  # [5, R, R]


def overlap(anchors: Array, box: Array) -> Array:
    """IoU of anchors [4, ...] (corners) with box [4] (corners)."""
    width = np.maximum(0, np.minimum(anchors[2], box[2]) - np.maximum(anchors[0], box[0]))
    height = np.maximum(0, np.minimum(anchors[3], box[3]) - np.maximum(anchors[1], box[1]))
    shared = width * height
    area = (anchors[2] - anchors[0]) * (anchors[3] - anchors[1])
    return np.asarray(shared / (area + (box[2] - box[0]) * (box[3] - box[1]) - shared))


def corners(centered: Array) -> Array:
    """centre x, y, width, height -> x1, y1, x2, y2 along the first axis."""
    x, y, width, height = centered
    return np.stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2])


def deltas(anchors: Array, box: Array) -> Array:
    """What loc should be for each anchor [4, ...] (centred) to land on box [4] (corners)."""
    width, height = box[2] - box[0], box[3] - box[1]
    x, y = box[0] + width / 2, box[1] + height / 2
    return np.stack([
        (x - anchors[0]) / anchors[2], (y - anchors[1]) / anchors[3],
        np.log(width / anchors[2]), np.log(height / anchors[3]),
    ])  # fmt: skip


def training_anchors(search_side: int, response_side: int) -> Array:
    """[4, 5, R, R] centred anchors in the pixels of the search crop; the map's centre stands at side // 2."""
    return anchor_grid(response_side, float(search_side // 2))


def sampled_labels(anchors: Array, box: Array, negative: bool, rng: np.random.Generator) -> AnchorLabels:
    """The paper's labels: at most 16 positives, 64 in all; of a negative pair 16 negatives near the centre."""
    side = anchors.shape[-1]
    iou = overlap(corners(anchors), box)
    delta = deltas(anchors, box)
    cls = np.full(iou.shape, -1, np.int64)
    weight = np.zeros(iou.shape)
    if negative:
        near = np.zeros(iou.shape, bool)
        column = int(np.ceil((box[0] + box[2]) / 2 / 8 - _first_cell(anchors) / 8))
        row = int(np.ceil((box[1] + box[3]) / 2 / 8 - _first_cell(anchors) / 8))
        rows = slice(max(0, row - NEGATIVE_REACH), min(side, row + NEGATIVE_REACH + 1))
        columns = slice(max(0, column - NEGATIVE_REACH), min(side, column + NEGATIVE_REACH + 1))
        near[:, rows, columns] = True
        cls.flat[_some(np.flatnonzero(near), SAMPLED - 3 * POSITIVES, rng)] = 0
        return AnchorLabels(cls, delta, weight, np.zeros_like(iou))
    positive = _some(np.flatnonzero(iou > POSITIVE_IOU), POSITIVES, rng)
    cls.flat[positive] = 1
    weight.flat[positive] = 1.0 / (positive.size + 1e-6)
    cls.flat[_some(np.flatnonzero(iou < NEGATIVE_IOU), SAMPLED - positive.size, rng)] = 0
    return AnchorLabels(cls, delta, weight, iou)


def dense_labels(anchors: Array, box: Array | None) -> AnchorLabels:
    """The default network's labels: every anchor counts, so that the score learns look-alikes anywhere.

    Positives are anchors over 0.6 IoU, and the best one if it reaches 0.4: thin objects have no other. box None is a
    pair without its object.
    """
    if box is None:
        shape = anchors.shape[1:]
        return AnchorLabels(np.zeros(shape, np.int64), np.zeros_like(anchors), np.zeros(shape), np.zeros(shape))
    iou = overlap(corners(anchors), box)
    cls = np.where(iou < NEGATIVE_IOU, 0, -1)
    positive = (iou > POSITIVE_IOU) | ((iou >= iou.max() - 1e-9) & (iou > 0.4))
    cls[positive] = 1
    weight = positive / max(1, positive.sum())
    return AnchorLabels(cls.astype(np.int64), deltas(anchors, box), weight.astype(np.float64), iou)


def _first_cell(anchors: Array) -> float:
    return float(anchors[0, 0, 0, 0])


def _some(indexes: NDArray[np.int64], count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    return indexes if indexes.size <= count else rng.permutation(indexes)[:count]
