"""Which frames a run goes through, and who is followed in each: pure, from the boxes as they stood.

A subject is followed from each of its key frames up to its next one: a box drawn late bends only its own stretch.
Between two key frames it can be followed from both: the second way is kept as drafts until the two are joined.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

Box = tuple[float, float, float, float]  # x, y, width, height


@dataclass(frozen=True, slots=True)
class KeyFrame:
    """A box drawn around a subject, or around a mask that a person drew."""

    subject: str
    frame: int
    box: Box
    kept: bool = False  # its mask is a person's: none is made for the key frame itself


@dataclass(frozen=True, slots=True)
class Stretch:
    """A subject followed from one key frame through `frames`, in their order; they hold the key frame itself or not."""

    key: KeyFrame
    frames: range

    @property
    def visited(self) -> range:
        """frames, and the key frame where they do not hold it: the pictures that are needed."""
        return range(self.key.frame, self.frames.stop, self.frames.step)


@dataclass(frozen=True, slots=True)
class Sweep:
    """One way through the clip: everyone's stretches in one direction."""

    step: int  # 1 or -1
    stretches: tuple[Stretch, ...]
    drafts: bool = False  # what it finds is joined with what the sweep before it found

    def begins_from(self, frame: int) -> bool:
        """Whether somebody's stretch begins in this frame or later on the way."""
        return any((stretch.key.frame - frame) * self.step >= 0 for stretch in self.stretches)

    def left_of(self, subject: str, frame: int) -> int:
        """How many frames of the subject's stretch come after this one, which is part of it."""
        for stretch in self.stretches:
            if stretch.key.subject == subject and frame in stretch.frames:
                return len(stretch.frames) - stretch.frames.index(frame) - 1
        return 0

    @property
    def segments(self) -> list[range]:
        """The pictures to decode, in order, gaps left out."""
        wanted = sorted({frame for stretch in self.stretches for frame in stretch.visited})
        segments: list[range] = []
        for frame in wanted:
            if segments and segments[-1].stop == frame:
                segments[-1] = range(segments[-1].start, frame + 1)
            else:
                segments.append(range(frame, frame + 1))
        return segments if self.step == 1 else [segment[::-1] for segment in reversed(segments)]


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole run."""

    sweeps: tuple[Sweep, ...]

    @property
    def total(self) -> int:
        """How many masks it makes."""
        return sum(len(stretch.frames) for sweep in self.sweeps for stretch in sweep.stretches)


def plan_run(keys: Iterable[KeyFrame], direction: str, first: int, last: int) -> Plan:
    """The plan of a run over frames first..last, both included, from the key frames among them.

    "forward": each key frame to the one after it or the end. "backward": each to the one before it or the beginning.
    "both": forward, and backward from each subject's first key frame. "between": from each key frame to the one after
    it and back again, to be joined; nothing outside a subject's first and last key frame.
    """
    of_subject: dict[str, list[KeyFrame]] = {}
    for key in sorted(keys, key=lambda key: key.frame):
        if first <= key.frame <= last:
            of_subject.setdefault(key.subject, []).append(key)
    forward = [stretch for own in of_subject.values() for stretch in _forward(own, last)]
    if direction == "forward":
        return _plan((1, forward, False))
    if direction == "backward":
        return _plan((-1, [stretch for own in of_subject.values() for stretch in _backward(own, first)], False))
    if direction == "between":
        pairs = [pair for own in of_subject.values() for pair in pairwise(own)]
        there = [stretch for own in of_subject.values() if len(own) > 1 for stretch in _forward(own, own[-1].frame)]
        back = [Stretch(key, range(key.frame - 1, before.frame, -1)) for before, key in pairs]
        return _plan((1, there, False), (-1, back, True))
    before = [Stretch(own[0], range(own[0].frame - 1, first - 1, -1)) for own in of_subject.values()]
    return _plan((1, forward, False), (-1, before, False))


def _forward(keys: Sequence[KeyFrame], last: int) -> list[Stretch]:
    ends = [*(key.frame for key in keys[1:]), last + 1]
    return [Stretch(key, range(key.frame + key.kept, end)) for key, end in zip(keys, ends, strict=True)]


def _backward(keys: Sequence[KeyFrame], first: int) -> list[Stretch]:
    ends = [first - 1, *(key.frame for key in keys[:-1])]
    return [Stretch(key, range(key.frame - key.kept, end, -1)) for key, end in zip(keys, ends, strict=True)]


def _plan(*sweeps: tuple[int, list[Stretch], bool]) -> Plan:
    kept = [(step, tuple(stretch for stretch in ways if len(stretch.frames)), drafts) for step, ways, drafts in sweeps]
    return Plan(tuple(Sweep(step, stretches, drafts) for step, stretches, drafts in kept if stretches))
