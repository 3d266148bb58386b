"""Where a person should look: stretches of frames in which the tracker may be wrong, the worst first.

Five signs are read from what is stored of every mask, without its pixels: the state, the score, a jump of the area, how
much of its rotated box a mask fills, and the moment it meets the edge of the picture. What a person has accepted leaves
the queue until something writes its masks anew.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import numpy as np
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from numpy.typing import NDArray

from studio.library.models import Video
from studio.scenes.models import Mask, Subject

DOUBTFUL_SCORE = 0.5  # below it a frame should be looked at; the page marks the same
LEAST_JUMP = 0.3  # of the logarithm of the area, from one frame to the next: 35 %
JUMP_OF_USUAL = 6.0  # and so many times what is usual for the object: a runner's area is never still
LEAST_FILL = 0.6  # of the object's usual share of its rotated box
MOST_FILL = 1.2  # more than the box holds: the mask has a second part far away
EDGE_PX = 1.0
BRIDGED_FRAMES = 3  # sure frames between doubtful ones that are looked at with them

Floats = NDArray[np.float64]


class Reason(StrEnum):
    """Why a stretch should be looked at; of several, the gravest."""

    LOST = "lost"
    SCORE = "score"
    DOUBTFUL = "doubtful"
    JUMP = "jump"
    SHAPE = "shape"
    EDGE = "edge"


REASONS = tuple(Reason)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Frames of one object that should be looked at together."""

    subject_id: UUID
    first: int  # frames, both included
    last: int
    worst: int  # the frame to go to
    reason: Reason
    sentence: str  # the reason in words, with its number
    weight: float  # 0..1, 1 the gravest


@dataclass(frozen=True, slots=True)
class Signs:
    """What is stored of an object's masks, frame by frame in their order."""

    frames: NDArray[np.int64]  # [N]
    states: NDArray[np.int64]  # [N]
    scores: Floats  # [N] 0..1
    areas: Floats  # [N] px
    corners: Floats  # [N, 4, 2] of the rotated box, x, y in px; nan where there is none
    accepted: NDArray[np.bool_]  # [N]


def queue(video: Video, subjects: QuerySet[Subject]) -> list[Stretch]:
    """Every stretch of these objects that nobody has accepted, the gravest first. 20,000 masks take 0.15 s."""
    size = (video.width, video.height)
    found = [
        stretch
        for subject_id in subjects.values_list("id", flat=True)
        for stretch in stretches(subject_id, signs_of(subject_id), size)
    ]
    return sorted(found, key=lambda item: (-item.weight, item.first))


def signs_of(subject_id: UUID) -> Signs:
    """Read them in one query. The boxes are parsed as one text: a parse each would take longer than all the rest."""
    rows = list(
        Mask.objects.filter(subject_id=subject_id)
        .annotate(box=Cast("rotated_box", TextField()))
        .order_by("frame")
        .values_list("frame", "state", "score", "area", "accepted", "box")
    )
    corners = np.full((len(rows), 4, 2), np.nan)
    boxes = json.loads(f"[{','.join(row[5] for row in rows)}]")
    there = [index for index, box in enumerate(boxes) if len(box) == 8]
    corners[there] = np.array([boxes[index] for index in there], dtype=np.float64).reshape(-1, 4, 2)
    columns = np.array([row[:5] for row in rows], dtype=np.float64).reshape(-1, 5)
    frames, states = columns[:, 0].astype(np.int64), columns[:, 1].astype(np.int64)
    return Signs(frames, states, columns[:, 2], columns[:, 3], corners, columns[:, 4].astype(np.bool_))


def stretches(subject_id: UUID, signs: Signs, size: tuple[int, int]) -> list[Stretch]:
    """The stretches of one object in the order of time. `size` is the picture's width and height in px."""
    if len(signs.frames) == 0:
        return []
    weights = weights_of(signs, size)  # [reasons, N]
    weights[:, signs.accepted] = 0.0
    grave = weights.max(axis=0)
    flagged = np.flatnonzero(grave)
    if len(flagged) == 0:
        return []
    lost = weights[REASONS.index(Reason.LOST), flagged] > 0
    # frames without an object are one matter, frames with a bad mask another
    ends = (np.diff(signs.frames[flagged]) > BRIDGED_FRAMES + 1) | (lost[1:] != lost[:-1])
    found = []
    for rows in np.split(flagged, np.flatnonzero(ends) + 1):
        worst = rows[np.argmax(grave[rows])]
        reason = REASONS[int(np.argmax(weights[:, worst]))]
        first, last = int(signs.frames[rows[0]]), int(signs.frames[rows[-1]])
        sentence = _sentence(reason, signs, int(worst), rows)
        found.append(
            Stretch(subject_id, first, last, int(signs.frames[worst]), reason, sentence, round(float(grave[worst]), 3))
        )
    return found


def weights_of(signs: Signs, size: tuple[int, int]) -> Floats:
    """How grave each sign is in each frame: [reasons, N] 0..1, 0 where there is nothing to look at."""
    tracked = np.isin(signs.states, (Mask.State.TRACKED, Mask.State.DOUBTFUL, Mask.State.IMPORTED))
    scored = np.isin(signs.states, (Mask.State.TRACKED, Mask.State.DOUBTFUL))
    unsure = scored & (signs.scores < DOUBTFUL_SCORE)
    jumps, fills, edges = _jumps(signs), _fill_faults(signs, tracked), _edge_moments(signs, size)
    weights = np.zeros((len(REASONS), len(signs.frames)))
    rows = {reason: weights[index] for index, reason in enumerate(REASONS)}
    rows[Reason.LOST][signs.states == Mask.State.LOST] = 1.0
    rows[Reason.SCORE][unsure] = 0.5 + (DOUBTFUL_SCORE - signs.scores[unsure])
    rows[Reason.DOUBTFUL][signs.states == Mask.State.DOUBTFUL] = 0.6
    rows[Reason.JUMP][:] = np.where(tracked & (jumps > 0), 0.4 + 0.4 * np.minimum(jumps / np.log(4), 1), 0)
    rows[Reason.SHAPE][:] = np.where(tracked & (fills > 0), 0.35 + 0.4 * np.minimum(fills / np.log(3), 1), 0)
    rows[Reason.EDGE][:] = np.where(tracked & edges, 0.2, 0)
    return weights


def _jumps(signs: Signs) -> Floats:
    """[N] |ln| of the area's change from the frame before, where it is more than usual; else 0."""
    found = np.zeros(len(signs.frames))
    by_hand = np.isin(signs.states, (Mask.State.PROMPT, Mask.State.EDITED))
    usable = (signs.areas > 0) & ~by_hand
    pairs = (np.diff(signs.frames) == 1) & usable[1:] & usable[:-1]
    if not pairs.any():
        return found
    logs = np.log(np.maximum(signs.areas, 1))
    changes = np.abs(np.diff(logs))
    least = max(LEAST_JUMP, JUMP_OF_USUAL * float(np.median(changes[pairs])))
    found[1:] = np.where(pairs & (changes > least), changes, 0)
    return found


def _fill_faults(signs: Signs, tracked: NDArray[np.bool_]) -> Floats:
    """[N] |ln| of the share of its rotated box that a mask fills, over the usual share, where it is a fault; else 0."""
    x, y = signs.corners[..., 0], signs.corners[..., 1]
    # the shoelace formula
    boxes = np.abs((x * np.roll(y, -1, axis=1) - y * np.roll(x, -1, axis=1)).sum(axis=1)) / 2
    known = tracked & (signs.areas > 0) & (boxes > 1)  # nan is not > 1
    if not known.any():
        return np.zeros(len(boxes))
    fills = np.where(known, signs.areas / np.where(known, boxes, 1), np.nan)
    usual = float(np.nanmedian(fills))
    ratios = np.where(known, fills / usual, 1.0)
    fault = known & ((ratios < LEAST_FILL) | ((fills > MOST_FILL) & (ratios > MOST_FILL)))
    return np.where(fault, np.abs(np.log(ratios)), 0.0)


def _edge_moments(signs: Signs, size: tuple[int, int]) -> NDArray[np.bool_]:
    """[N] Whether the box meets or leaves the edge of the picture in this frame; all the time between is no news."""
    width, height = size
    x, y = signs.corners[..., 0], signs.corners[..., 1]
    touching = (
        (x.min(axis=1) <= EDGE_PX)
        | (y.min(axis=1) <= EDGE_PX)
        | (x.max(axis=1) >= width - EDGE_PX)
        | (y.max(axis=1) >= height - EDGE_PX)
    )
    found = np.zeros(len(touching), dtype=np.bool_)
    found[1:] = (touching[1:] != touching[:-1]) & ~np.isnan(x[1:, 0]) & ~np.isnan(x[:-1, 0])
    return found


def _sentence(reason: Reason, signs: Signs, worst: int, rows: NDArray[np.int64]) -> str:
    match reason:
        case Reason.LOST:
            count = int((signs.states[rows] == Mask.State.LOST).sum())
            return f"Lost on {count} frame{'' if count == 1 else 's'}"
        case Reason.SCORE:
            return f"Score falls to {round(100 * signs.scores[worst])}"
        case Reason.DOUBTFUL:
            return f"The tracker doubts it, score {round(100 * signs.scores[worst])}"
        case Reason.JUMP:
            change = signs.areas[worst] / signs.areas[worst - 1] - 1
            return f"Area jumps by {change:+.0%} in one frame"
        case Reason.SHAPE:
            return "The mask does not fill its box as it usually does"
        case Reason.EDGE:
            return "Meets or leaves the edge of the picture"
