"""How well a tracker knows that its object is out of sight, and how soon it has it again when it is back."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tracking.box import Box
from tracking.errors import BadInput
from tracking.evaluation.vanishing import GONE_SHARE, SEEN_SHARE, Bits, VanishingClip
from tracking.presence import Evidence, State
from tracking.tracker import Tracker

FOUND_IOU = 0.3  # from which a mask counts as the object's again
SOON_FRAMES = 15  # within which it should be


@dataclass(frozen=True, slots=True)
class Seen:
    """What a tracker said of one frame, beside the truth."""

    share: float  # of the object's area that is in sight
    overlap: float  # IoU of the masks
    state: State
    confidence: float
    evidence: Evidence | None
    astray: float = 0.0  # IoU of the mask with another one like the object

    @property
    def absent(self) -> bool:
        """Truly out of sight."""
        return self.share < GONE_SHARE

    @property
    def present(self) -> bool:
        """Truly in sight; a frame may be neither."""
        return self.share >= SEEN_SHARE


@dataclass(frozen=True, slots=True)
class WatchedClip:
    """A clip's frames after the first, where the box was given."""

    name: str
    frames: tuple[Seen, ...]
    seconds: float  # in the tracker alone

    @property
    def returns(self) -> list[int | None]:
        """For each time the object comes back, the frames until it is found; None where it is not before the next."""
        found: list[int | None] = []
        gone, since = False, None
        for index, frame in enumerate(self.frames):
            if frame.absent:
                if since is not None:
                    found.append(None)
                gone, since = True, None
            elif gone and frame.present:
                gone, since = False, index
            if since is not None and frame.state is not State.LOST and frame.overlap >= FOUND_IOU:
                found.append(index - since)
                since = None
        return found if since is None else [*found, None]


@dataclass(frozen=True, slots=True)
class AbsenceScore:
    """All clips together."""

    precision: float  # of the frames said to be without the object, those that are
    recall: float  # of the frames without it, those said to be
    soon: float  # of the returns, those found within SOON_FRAMES; NaN where there are none
    returns: tuple[int | None, ...]
    overlap: float  # mean IoU of the frames where it is in sight
    astray: float  # of all frames, those whose mask is on another one like it

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def watch_clip(tracker: Tracker, clip: VanishingClip, on_frame: Callable[[], None] = lambda: None) -> WatchedClip:
    """Follow the object of a clip from the box around it in the first frame. Raises BadInput where it is not there."""
    seen: list[Seen] = []
    tracks = None
    seconds = 0.0
    for shown in clip.frames():
        began = time.perf_counter()
        if tracks is None:
            box = Box.of_mask(shown.mask)
            if box is None:
                raise BadInput(f"the object of {clip.name} is not in its first frame")
            tracks = tracker.start(shown.picture, [box])
            continue
        tracks, (step,) = tracker.step(shown.picture, tracks)
        seconds += time.perf_counter() - began
        overlap = _iou(step.mask.full(), shown.mask)
        astray = _iou(step.mask.full(), shown.alike) if shown.alike is not None and shown.alike.any() else 0.0
        seen.append(Seen(shown.share, overlap, step.state, step.confidence, step.evidence, astray))
        on_frame()
    return WatchedClip(clip.name, tuple(seen), seconds)


def score(clips: Sequence[WatchedClip]) -> AbsenceScore:
    """The frames of all clips taken together; those of which nothing is asked are left out."""
    frames = [frame for clip in clips for frame in clip.frames]
    said = [frame for frame in frames if frame.state is State.LOST and (frame.absent or frame.present)]
    gone = [frame for frame in frames if frame.absent]
    right = sum(frame.absent for frame in said)
    returns = tuple(waited for clip in clips for waited in clip.returns)
    there = [frame.overlap for frame in frames if frame.present]
    soon = [waited is not None and waited <= SOON_FRAMES for waited in returns]
    return AbsenceScore(
        precision=right / len(said) if said else float(not gone),
        recall=right / len(gone) if gone else 1.0,
        soon=float(np.mean(soon)) if soon else float("nan"),
        returns=returns,
        overlap=float(np.mean(there)) if there else float("nan"),
        astray=float(np.mean([frame.astray >= FOUND_IOU for frame in frames])) if frames else 0.0,
    )


def _iou(one: Bits, other: Bits) -> float:
    union = int(np.count_nonzero(one | other))
    return int(np.count_nonzero(one & other)) / union if union else 1.0
