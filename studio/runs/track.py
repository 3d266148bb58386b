"""A run's work: the one module that knows both the tracker and the database.

Three threads: one decodes ahead (studio.media.ahead), this one steps every followed subject as one batch, one encodes
and commits (studio.runs.writer).
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import structlog
from django.conf import settings
from numpy.typing import NDArray

from studio.jobs.errors import JobFault
from studio.jobs.lease import Lease
from studio.library.files import open_confined
from studio.media.ahead import ahead, with_next
from studio.media.confined import ConfinedPictures, keep_one_ready
from studio.media.errors import MediaError
from studio.runs.agreement import Streak
from studio.runs.checkpoint import Checkpoint
from studio.runs.kept import Begun, weights_of
from studio.runs.models import Run
from studio.runs.notes import Notes
from studio.runs.plan import Plan, Stretch, Sweep
from studio.runs.service import plan_of
from studio.runs.weights import check_weights
from studio.runs.writer import Frame, Writer
from studio.scenes.errors import SceneFault
from studio.scenes.models import Mask
from studio.scenes.versions import keep_run
from tracking import Box, State, Step, Track, Tracker, TrackingError, load_tracker
from tracking.presence import Presence
from tracking.sparing import Sparing

logger = structlog.get_logger(__name__)

OLD_FRAMES = 64  # of the masks that were there, read at once
RESIDENT = 2  # trackers kept ready in a worker

_STATES = {State.TRACKED: Mask.State.TRACKED, State.DOUBTFUL: Mask.State.DOUBTFUL, State.LOST: Mask.State.LOST}
_trackers: OrderedDict[tuple[str, str], Tracker] = OrderedDict()


def follow(lease: Lease) -> None:
    """Track the job's run from where it stands to its end."""
    run = Run.objects.select_related("video").get(job=lease.job)
    notes = Notes.of(run)
    try:
        with notes.timed("load", 0):
            begun = weights_of(run)
            ready = resident(begun, run.profile)
        tracker = Sparing(ready, lambda: _load(begun, run.profile, "cpu"), notes.say)
        try:
            with open_confined(run.video) as clip:
                _follow(lease, run, plan_of(run), tracker, clip, notes)
        finally:
            notes.keep(run)
            keep_one_ready()  # the next run's decoder
        keep_run(
            [UUID(subject) for subject in run.subjects],
            run.id,
            f"Run over frames {run.first_frame} to {run.last_frame}",
        )
    except (TrackingError, MediaError) as fault:
        message = str(fault)
        raise JobFault(fault.code, message if message.endswith(".") else f"{message}.") from fault


def resident(begun: Begun, profile: str) -> Tracker:
    """The tracker of these weights and profile, loaded once a worker."""
    key = (repr(begun), profile)
    if key not in _trackers:
        _trackers[key] = _load(begun, profile, "auto")
    _trackers.move_to_end(key)
    while len(_trackers) > RESIDENT:
        _trackers.popitem(last=False)
    return _trackers[key]


def _load(begun: Begun, profile: str, device: str) -> Tracker:
    if isinstance(begun.weights, str):
        return load_tracker(begun.weights, profile or None, device)
    presence = None if begun.presence is None else Presence.of(begun.presence)
    return load_tracker(begun.weights, profile or None, device, presence=presence)


def warm_up() -> None:
    """Load the default weights and run them once; what is wrong with them is for the first job's person to read."""
    keep_one_ready()
    try:
        tracker = resident(Begun(check_weights(settings.STUDIO_WEIGHTS, "")), "")
        blank = np.zeros((240, 320, 3), np.uint8)
        tracker.step(blank, tracker.start(blank, [Box(100, 80, 60, 60)]))
    except (TrackingError, SceneFault) as fault:
        logger.warning("no tracker ready", reason=str(fault))


def _follow(lease: Lease, run: Run, plan: Plan, tracker: Sparing, clip: ConfinedPictures, notes: Notes) -> None:
    began = Checkpoint.from_bytes(None if run.checkpoint is None else bytes(run.checkpoint))
    tracks = {subject: Track.from_bytes(data) for subject, data in began.tracks.items()}
    watch = Watch(run, began) if run.until_agrees else None
    with Writer(lease, run, plan.total, began, plan.sweeps, notes) as writer:
        for index, sweep in enumerate(plan.sweeps):
            if index < began.sweep:
                continue
            since = began.frame if index == began.sweep else None
            decoded = ahead(notes.each("decode", _pictures(clip, sweep, since)))
            with contextlib.closing(notes.each("wait", decoded)) as pictures:
                for (frame, picture), coming in with_next(pictures):
                    lease.look()
                    if not tracks and not sweep.begins_from(frame):
                        break  # everyone is found where they were before
                    with notes.timed("track"):
                        found, tracks = _look_at(tracker, sweep, frame, picture, tracks, coming)
                    if watch is not None:
                        tracks = watch.let_go(sweep, frame, found, tracks)
                    writer.put(_frame(index, frame, frame + sweep.step, found, tracks, watch))
            tracks = {}
            writer.put(_frame(index + 1, None, None, [], {}, watch, sweep))


def _frame(
    sweep: int, frame: int | None, following: int | None, found: list[Found], tracks: Mapping[str, Track],
    watch: Watch | None, ended: Sweep | None = None,
) -> Frame:  # fmt: skip
    if watch is None:
        return Frame(sweep, frame, following, found, tracks, ended=ended)
    return Frame(sweep, frame, following, found, tracks, watch.skipped, watch.counts, tuple(watch.agreed), ended)


def _pictures(clip: ConfinedPictures, sweep: Sweep, since: int | None) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """The sweep's pictures with their frames, from `since` on."""
    for segment in sweep.segments:
        if since is not None:
            gone = (since - segment.start) * sweep.step
            if gone >= len(segment):
                continue
            segment = segment[max(0, gone) :]
        stop = segment.stop if 0 <= segment.stop < clip.frame_count else None
        yield from zip(segment, clip.frames(segment.start, stop, sweep.step), strict=True)


def _look_at(
    tracker: Sparing,
    sweep: Sweep,
    frame: int,
    picture: NDArray[np.uint8],
    tracks: Mapping[str, Track],
    coming: tuple[int, NDArray[np.uint8]] | None,
) -> tuple[list[Found], dict[str, Track]]:
    """Step everyone followed in this frame, start whoever has a key frame here; returns masks and tracks to keep."""
    going = [
        stretch
        for stretch in sweep.stretches
        if frame in stretch.frames and frame != stretch.key.frame and stretch.key.subject in tracks
    ]
    following = None if coming is None else coming[1]
    moved, steps = tracker.step(picture, [tracks[stretch.key.subject] for stretch in going], following)
    found = [Found(stretch.key.subject, step, None) for stretch, step in zip(going, steps, strict=True)]
    kept = {stretch.key.subject: track for stretch, track in zip(going, moved, strict=True)}

    starting = [stretch for stretch in sweep.stretches if frame == stretch.key.frame]
    fresh = tracker.start(picture, [Box(*stretch.key.box) for stretch in starting])
    shown = [(stretch, track) for stretch, track in zip(starting, fresh, strict=True) if frame in stretch.frames]
    # the key frame's own mask: a step on the frame the track began on, which moves nothing
    _, first = tracker.step(picture, [track for _, track in shown])
    found += [
        Found(stretch.key.subject, step, Mask.State.PROMPT) for (stretch, _), step in zip(shown, first, strict=True)
    ]
    kept |= {stretch.key.subject: track for stretch, track in zip(starting, fresh, strict=True)}
    return found, {
        subject: track for subject, track in kept.items() if _goes_on(sweep.stretches, subject, frame, sweep)
    }


def _goes_on(stretches: tuple[Stretch, ...], subject: str, frame: int, sweep: Sweep) -> bool:
    following = frame + sweep.step
    return any(stretch.key.subject == subject and following in stretch.frames for stretch in stretches)


@dataclass(frozen=True, slots=True)
class Found:
    """What a frame shows of a subject."""

    subject: str
    step: Step
    state: Mask.State | None  # None: what the step says

    def row(self, frame: int, run: UUID) -> Mask:
        """The mask's row, its run lengths encoded here, off the tracking thread."""
        rle = self.step.mask.rle()
        return Mask(
            subject_id=UUID(self.subject),
            frame=frame,
            counts=rle.counts,
            area=int(self.step.mask.bits().sum()),
            score=self.step.score,
            rotated_box=[round(float(value), 3) for value in self.step.rotated_box.ravel()],
            state=_STATES[self.step.state] if self.state is None else self.state,
            run_id=run,
        )


class Watch:
    """Looks for the frame from where on a new run only repeats what was there, and lets its subject go there."""

    def __init__(self, run: Run, began: Checkpoint) -> None:
        self.skipped = began.skipped
        self.agreed = list(began.agreed)
        self._streaks = {subject: Streak(frames) for subject, frames in began.streaks.items()}
        self._size = run.video.height, run.video.width
        self._old: dict[str, dict[int, bytes]] = {}

    @property
    def counts(self) -> dict[str, int]:
        """Subject -> frames in a row that agreed."""
        return {subject: streak.frames for subject, streak in self._streaks.items()}

    def let_go(self, sweep: Sweep, frame: int, found: list[Found], tracks: dict[str, Track]) -> dict[str, Track]:
        """The tracks without those that have agreed long enough with what was there before this run."""
        kept = dict(tracks)
        for stretch in sweep.stretches:
            if stretch.key.frame == frame:  # agreement starts anew
                self._streaks[stretch.key.subject] = Streak()
        for one in found:
            if one.state is not None:
                continue
            old = self._was_there(one.subject, frame, sweep.step)
            streak = self._streaks.get(one.subject, Streak()).after(one.step.mask.rle().counts, old, *self._size)
            self._streaks[one.subject] = streak
            if streak.agrees and one.subject in kept:
                del kept[one.subject]
                self._streaks[one.subject] = Streak()
                self.agreed.append((one.subject, frame))
                self.skipped += sweep.left_of(one.subject, frame)
        return kept

    def _was_there(self, subject: str, frame: int, step: int) -> bytes | None:
        """The run lengths of the mask that stands in the frame; read before this run's writer comes to it."""
        known = self._old.get(subject)
        if known is None or frame not in known:
            ends = sorted((frame, frame + step * (OLD_FRAMES - 1)))
            rows = Mask.objects.filter(subject_id=subject, frame__range=ends).values_list("frame", "counts")
            there = {number: bytes(counts) for number, counts in rows}
            known = self._old[subject] = {number: there.get(number, b"") for number in range(ends[0], ends[1] + 1)}
        return known[frame] or None
