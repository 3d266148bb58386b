"""What to believe of what was found: a find held against what is remembered of its object, and against look-alikes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tracking import lookalikes
from tracking.box import Box
from tracking.lookalikes import Candidate
from tracking.presence import Evidence, Presence, Sight, contrast
from tracking.searched import Find
from tracking.track import Track


def first_sight(track: Track, find: Find, mean: NDArray[np.float32], spread: NDArray[np.float32]) -> Sight:
    """What is remembered of an object from the frame it starts on; mean and spread: of the ground around it, [C]."""
    vector = contrast(mean if find.features is None else find.features, mean, spread)
    return Sight(
        ground=mean,
        spread=spread,
        exemplar=vector,
        recent=vector,
        score=find.score,
        area=find.area,
        center=track.center,
        size=track.size,
    )


def told_apart(
    track: Track, rated: Sequence[tuple[float, Evidence, Find]], presence: Presence
) -> tuple[int | None, Sight]:
    """Which find to judge, None where all are of other things, and what is known of those."""
    sight = track.sight
    assert sight is not None
    candidates = [Candidate(find.center, confidence, evidence.looks) for confidence, evidence, find in rated]
    size = math.sqrt(sight.size[0] * sight.size[1])
    sight = replace(sight, unsure=sight.unsure + 1)
    if sight.lost:
        far = lookalikes.reach(size, sight.pace, sight.unsure)
        able, known = lookalikes.while_lost(
            sight.lookalikes, candidates, sight.center, size, far, presence.lost_below,
            lost=sight.lost, usual=sight.looks,
        )  # fmt: skip
        if sight.shown:  # it stays where it is unless another find would be believed by itself
            able = [
                n
                for n in able
                if candidates[n].confidence >= presence.found_above
                or math.dist(candidates[n].center, candidates[0].center) <= lookalikes.SAME * size
            ]
        chosen = max(able, key=lambda n: candidates[n].confidence, default=None)
        return chosen, replace(sight, lookalikes=known)
    told = lookalikes.beside(
        sight.lookalikes, candidates, track.center, size, presence.lost_below, crossing=sight.crossing > 0
    )
    crossing = lookalikes.CROSSING if told.met else max(0, sight.crossing - 1)
    believing = presence.lost_below == 0  # everything, a double too
    return 0 if told.own is None and believing else told.own, replace(sight, lookalikes=told.known, crossing=crossing)


def evidence_of(sight: Sight, find: Find) -> Evidence:
    """What speaks for and against a find, held against what is remembered."""
    bits = find.mask.bits()
    area = float(np.count_nonzero(bits))
    if not area or find.features is None:
        return sight.weigh(find.score, 0.0, area, 0.0, 0.0, np.zeros_like(sight.exemplar))
    around = Box.of_mask(bits)
    assert around is not None
    box = Box(find.center[0] - find.size[0] / 2, find.center[1] - find.size[1] / 2, *find.size)
    placed = Box(around.x + find.mask.x, around.y + find.mask.y, around.width, around.height)
    certainty = float(find.mask.values[bits].mean())
    return sight.weigh(
        find.score, certainty, area, placed.overlap(box), box.width * box.height, sight.appearance(find.features)
    )
