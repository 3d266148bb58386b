"""Telling an object from others that look like it: by where they are, as their looks say the same.

A thing seen beside the object, or further off than the object can have come since it went out of sight, is another
one. It is remembered where it stands, and what is found there later is it again, not the object, unless it is far
more like the object than that ever was. One that has not been seen for a while may be anywhere: what comes back
nearer to the object's last place than to its own is the object. Global nearest neighbour association, as trackers of
many objects have it (Bar-Shalom and Fortmann, 1988), of one object and what could be taken for it. Numpy only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

Point = tuple[float, float]  # x, y in video pixels

MOST = 6  # look-alikes remembered of one object
# lengths in the object's own size, the root of its box's area
SAME = 0.4  # two finds nearer than this are of one thing
_APART = 0.75  # a leap in one frame, and the least between an object and what is seen beside it
_GATE = 0.5  # a look-alike is known again this far from where it was
_GATE_GROWS = 0.1  # and further for each frame it was not seen,
_GATE_MOST = 1.5  # up to this
_FRESH = 10  # frames a look-alike is not seen, to which it is where it was; a lost object's search sees all in three
_REACH = 1.0  # an object comes back this far from where it was
_REACH_GROWS = 0.1  # and further for each frame at least,
_REACH_PACE = 2.0  # or this often its usual way a frame
CROSSING = 25  # frames from when a look-alike went behind the object or before it, in which they may part
_LIKER = 0.15  # of looks: what is by so much more like the object than a look-alike ever was is not the look-alike
_CLEARLY = 0.04  # of looks: by so much more like the object is who is taken for it when they part
_FORGIVEN = 30  # frames out of sight after which a look-alike may be the object after all: a second hides most
_AS_USUAL = 0.06  # of looks: if it looks like it but for so much
_FORGOTTEN = 150  # frames in which an object is in sight and its look-alike is not


class Candidate(NamedTuple):
    """A place that could be the object's."""

    center: Point
    confidence: float  # 0..1, that it is the object or one like it
    looks: float = 0.0  # -1..1, how like the object it is


@dataclass(frozen=True, slots=True)
class LookAlike:
    """Another thing that could be taken for the object."""

    center: Point  # where it was last seen
    unseen: int = 0  # frames since
    looks: float = 1.0  # -1..1, how like the object it was at its likest

    def may_be(self, candidate: Candidate) -> bool:
        """Whether the candidate's looks allow that it is this one."""
        return candidate.looks < self.looks + _LIKER


def reach(size: float, pace: float, frames: int) -> float:
    """How far an object can be, in px, from where it was seen so many frames ago; pace: its usual way a frame, px."""
    return _REACH * size + frames * max(_REACH_GROWS * size, _REACH_PACE * pace)


class Told(NamedTuple):
    """What beside tells."""

    own: int | None  # the candidate that is the object; None: all that is found are look-alikes
    known: tuple[LookAlike, ...]
    met: bool  # a look-alike is where the object is: who is who is open when they part


def beside(
    known: Sequence[LookAlike],
    candidates: Sequence[Candidate],
    last: Point,
    size: float,
    convincing: float,
    *,
    crossing: bool = False,
) -> Told:
    """Which candidate is an object that was at last a frame ago, and the look-alikes known now.

    The first candidate is the tracker's choice; it stands unless it is a leap to where a look-alike was, or another
    looks clearly more like the object as they part (crossing: they met a short while ago).
    convincing: the confidence from which a candidate is a thing at all.
    """
    older = [replace(one, unseen=one.unseen + 1) for one in known]
    own: int | None = 0
    away = math.dist(candidates[0].center, last)
    if away > _APART * size and any(_claims(one, candidates[0], size, away) for one in older):
        own = next((n for n, one in enumerate(candidates[1:], 1) if math.dist(one.center, last) <= _APART * size), None)
    elif crossing:
        liker = max(range(len(candidates)), key=lambda n: candidates[n].looks)
        if candidates[liker].confidence >= convincing and candidates[liker].looks > candidates[0].looks + _CLEARLY:
            own = liker
    place = last if own is None else candidates[own].center
    others = [
        one
        for n, one in enumerate(candidates)
        if n != own and one.confidence >= convincing and math.dist(one.center, place) > _APART * size
    ]
    seen, rest = _matched(older, others, size)
    met = [one for one in rest if math.dist(one.center, place) <= _APART * size]
    rest = [one for one in rest if one.unseen <= _FORGOTTEN and one not in met]
    return Told(own, _most([*seen, *rest]), bool(met) and own is not None)


def while_lost(
    known: Sequence[LookAlike],
    candidates: Sequence[Candidate],
    last: Point,
    size: float,
    far: float,
    convincing: float,
    *,
    lost: int = 0,
    usual: float = 1.0,
) -> tuple[list[int], tuple[LookAlike, ...]]:
    """Which candidates may be an object that was at last when it was seen, and the look-alikes known now.

    far: px from there that it can have come (reach). What is not convincing may be anything, so it is no look-alike.
    lost: frames since it is lost; usual: the object's looks while it was in sight.
    """
    older = [replace(one, unseen=one.unseen + 1) for one in known]
    things: list[int] = []  # one candidate for each thing seen
    for n in sorted(range(len(candidates)), key=lambda n: -candidates[n].confidence):
        if all(math.dist(candidates[n].center, candidates[m].center) > SAME * size for m in things):
            things.append(n)
    refused = {things[f] for _, f in _pairs(older, [candidates[n] for n in things], size, last)}
    refused |= {n for n in things if math.dist(candidates[n].center, last) > far}
    if lost >= _FORGIVEN:
        refused -= {n for n in refused if candidates[n].looks >= usual - _AS_USUAL}
    others = [candidates[n] for n in things if n in refused and candidates[n].confidence >= convincing]
    seen, rest = _matched(older, others, size, last)
    return [n for n in things if n not in refused], _most([*seen, *rest])


def _claims(known: LookAlike, candidate: Candidate, size: float, away: float) -> bool:
    """Whether a leap of `away` px ends so near a look-alike's place that it is the look-alike."""
    off = math.dist(known.center, candidate.center)
    return known.may_be(candidate) and off <= _gate(known, size) and off < away / 2


def _gate(known: LookAlike, size: float) -> float:
    return size * min(_GATE_MOST, _GATE + _GATE_GROWS * known.unseen)


def _pairs(
    known: Sequence[LookAlike], found: Sequence[Candidate], size: float, lost_at: Point | None = None
) -> list[tuple[int, int]]:
    """Look-alikes and where they are found again, the nearest pairs first, each once.

    lost_at: where an object was that may be one of what is found, if it is lost.
    """
    near = sorted(
        (math.dist(one.center, other.center), k, f)
        for k, one in enumerate(known)
        for f, other in enumerate(found)
        if one.may_be(other)
        and (off := math.dist(one.center, other.center)) <= _gate(one, size)
        and (lost_at is None or one.unseen <= _FRESH or off <= math.dist(lost_at, other.center))
    )
    pairs: list[tuple[int, int]] = []
    for _, k, f in near:
        if all(k != one and f != other for one, other in pairs):
            pairs.append((k, f))
    return pairs


def _matched(
    known: Sequence[LookAlike], found: Sequence[Candidate], size: float, lost_at: Point | None = None
) -> tuple[list[LookAlike], list[LookAlike]]:
    """What is seen now, and what is known and not seen now."""
    again = {f: k for k, f in _pairs(known, found, size, lost_at)}
    seen = [
        LookAlike(one.center, looks=max(one.looks, known[again[f]].looks) if f in again else one.looks)
        for f, one in enumerate(found)
    ]
    return seen, [one for k, one in enumerate(known) if k not in again.values()]


def _most(known: Sequence[LookAlike]) -> tuple[LookAlike, ...]:
    return tuple(sorted(known, key=lambda one: one.unseen)[:MOST])
