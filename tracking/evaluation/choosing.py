"""Choosing when to disbelieve a find: how much each signal weighs, and the thresholds, from clips whose truth is known.

The tracker believes everything while it is watched, so that it shows what it finds where the object is not. Weights
are a logistic regression of right finds against wrong ones, each side counting alike; thresholds are read off its
confidences, careful first of what is right: a mask that is thrown away is worse than one that is doubted. A find on
another one like the object is neither right nor wrong here: its looks do not tell it, its place does (lookalikes.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tracking.errors import BadInput
from tracking.evaluation.absence import WatchedClip
from tracking.presence import Evidence, Presence

BELIEVING = Presence((0.0,) * len(Evidence._fields), bias=5.0, doubtful_below=0.0, lost_below=0.0, found_above=0.0)
RIGHT_IOU, WRONG_IOU = 0.4, 0.05  # of a find with the truth; between them it is neither
_RIGHT_LOST = 0.003  # of the right finds, those that may be under lost_below
_WRONG_FOUND = 0.005  # of the wrong ones, those that may be over found_above
_LEAST_FOUND = 0.5  # found_above: what is believed again is likelier it than not
_RIGHT_DOUBTED = 0.03
# composed clips are easier than film: their quantiles alone would doubt, and lose, what a film shows well
_MOST_LOST = 0.25
_MOST_DOUBTFUL = 0.7
_PATIENCE = 3  # frames: what is covered for two is doubtful, not lost
_PULL = 0.01  # of the weights towards 0 (L2)
_STEPS = 50  # of Newton's method; it converges in ten
_LEAST = 20  # finds of each kind

Floats = NDArray[np.float64]


def choose(clips: Sequence[WatchedClip]) -> Presence:
    """What tells right finds from wrong ones in these clips, watched with BELIEVING.

    Raises BadInput where they show fewer than 20 of either.
    """
    rows: list[Evidence] = []
    labels: list[bool] = []
    for clip in clips:
        for frame in clip.frames:
            right = frame.present and frame.overlap >= RIGHT_IOU
            wrong = frame.absent or (frame.present and frame.overlap <= WRONG_IOU)
            if frame.evidence is not None and (right or wrong) and frame.astray <= WRONG_IOU:
                rows.append(frame.evidence)
                labels.append(right)
    rights = sum(labels)
    if min(rights, len(labels) - rights) < _LEAST:
        raise BadInput(
            f"{rights} right finds and {len(labels) - rights} wrong ones are too few to choose from; {_LEAST} of each"
        )
    evidence, is_right = np.array(rows, np.float64), np.array(labels)
    weights, bias = _regress(evidence, is_right)
    confidence = 1 / (1 + np.exp(-(evidence @ weights + bias)))
    right_ones, wrong_ones = confidence[is_right], confidence[~is_right]
    lost = float(np.clip(np.quantile(right_ones, _RIGHT_LOST), 0.05, _MOST_LOST))
    return Presence(
        weights=tuple(round(float(weight), 3) for weight in weights),
        bias=round(bias, 3),
        lost_below=round(lost, 3),
        doubtful_below=round(float(np.clip(np.quantile(right_ones, _RIGHT_DOUBTED), lost, _MOST_DOUBTFUL)), 3),
        found_above=round(float(np.clip(np.quantile(wrong_ones, 1 - _WRONG_FOUND), _LEAST_FOUND, 0.9)), 3),
        patience=_PATIENCE,
    )


def _regress(rows: Floats, labels: NDArray[np.bool_]) -> tuple[Floats, float]:
    """Logistic regression by Newton's method, both classes weighing alike. rows: [N, F]."""
    shares = np.where(labels, 0.5 / labels.sum(), 0.5 / (~labels).sum())
    spread = rows.std(axis=0) + 1e-6
    data = np.column_stack([rows / spread, np.ones(len(rows))])
    pull = np.append(np.full(rows.shape[1], _PULL), 1e-6)
    found = np.zeros(data.shape[1])
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-data @ found))
        slope = data.T @ (shares * (likely - labels)) + pull * found
        bend = (data * (shares * likely * (1 - likely))[:, None]).T @ data + np.diag(pull)
        found -= np.linalg.solve(bend, slope)
    return found[:-1] / spread, float(found[-1])
