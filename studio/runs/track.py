"""A run's work: the one module that knows both the tracker and the database.

Three threads: one decodes ahead (studio.media.ahead), this one steps every followed subject as one batch, one encodes
and commits. Masks, the run's checkpoint and the clip's revision go into one transaction, so that whoever takes over
after a death goes on exactly where the pages were told it was.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from types import TracebackType
from typing import Self
from uuid import UUID

import numpy as np
import structlog
from django.conf import settings
from django.db import connection
from numpy.typing import NDArray

from studio.jobs.errors import JobFault
from studio.jobs.lease import Lease
from studio.library.files import open_source
from studio.media.ahead import ahead
from studio.media.clip import Clip
from studio.media.errors import MediaError
from studio.runs.checkpoint import Checkpoint
from studio.runs.models import Run
from studio.runs.plan import Plan, Stretch, Sweep
from studio.runs.service import plan_of
from studio.runs.weights import check_weights
from studio.scenes.errors import SceneFault
from studio.scenes.models import Mask
from studio.scenes.steps import resume_step, write_masks
from studio.scenes.versions import keep_run
from tracking import Box, State, Step, Track, Tracker, TrackingError, load_tracker

logger = structlog.get_logger(__name__)

COMMIT_FRAMES = 16  # at most so many frames a transaction,
COMMIT_S = 0.15  # and at most so long before what was found is shown
QUEUED_FRAMES = 32  # found and not yet written: what a slow disk may hold up
RESIDENT = 2  # trackers kept ready in a worker

_STATES = {State.TRACKED: Mask.State.TRACKED, State.DOUBTFUL: Mask.State.DOUBTFUL, State.LOST: Mask.State.LOST}
_trackers: OrderedDict[tuple[str, str], Tracker] = OrderedDict()


def follow(lease: Lease) -> None:
    """Track the job's run from where it stands to its end."""
    run = Run.objects.select_related("video").get(job=lease.job)
    try:
        tracker = resident(run.weights, run.profile)
        _follow(lease, run, plan_of(run), tracker, open_source(run.video))
        keep_run(
            [UUID(subject) for subject in run.subjects],
            run.id,
            f"Run over frames {run.first_frame} to {run.last_frame}",
        )
    except (TrackingError, MediaError) as fault:
        message = str(fault)
        raise JobFault(fault.code, message if message.endswith(".") else f"{message}.") from fault


def resident(weights: str, profile: str) -> Tracker:
    """The tracker of these weights and profile, loaded once a worker."""
    key = (weights, profile)
    if key not in _trackers:
        _trackers[key] = load_tracker(weights, profile or None)
    _trackers.move_to_end(key)
    while len(_trackers) > RESIDENT:
        _trackers.popitem(last=False)
    return _trackers[key]


def warm_up() -> None:
    """Load the default weights and run them once; what is wrong with them is for the first job's person to read."""
    try:
        tracker = resident(check_weights(settings.STUDIO_WEIGHTS, ""), "")
        blank = np.zeros((240, 320, 3), np.uint8)
        tracker.step(blank, tracker.start(blank, [Box(100, 80, 60, 60)]))
    except (TrackingError, SceneFault) as fault:
        logger.warning("no tracker ready", reason=str(fault))


def _follow(lease: Lease, run: Run, plan: Plan, tracker: Tracker, clip: Clip) -> None:
    began = Checkpoint.from_bytes(None if run.checkpoint is None else bytes(run.checkpoint))
    tracks = {subject: Track.from_bytes(data) for subject, data in began.tracks.items()}
    with Writer(lease, run, plan.total, began) as writer:
        for index, sweep in enumerate(plan.sweeps):
            if index < began.sweep:
                continue
            since = began.frame if index == began.sweep else None
            with contextlib.closing(ahead(_pictures(clip, sweep, since))) as pictures:
                for frame, picture in pictures:
                    lease.look()
                    found, tracks = _look_at(tracker, sweep, frame, picture, tracks)
                    writer.put(Frame(index, frame, frame + sweep.step, found, tracks))
            tracks = {}
            writer.put(Frame(index + 1, None, None, [], {}))


def _pictures(clip: Clip, sweep: Sweep, since: int | None) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """The sweep's pictures with their frames, from `since` on."""
    for segment in sweep.segments:
        if since is not None:
            gone = (since - segment.start) * sweep.step
            if gone >= len(segment):
                continue
            segment = segment[max(0, gone) :]
        stop = segment.stop if 0 <= segment.stop < clip.frame_count else None
        yield from zip(segment, islice(clip.frames(segment.start, stop, sweep.step), len(segment)), strict=True)


def _look_at(
    tracker: Tracker, sweep: Sweep, frame: int, picture: NDArray[np.uint8], tracks: Mapping[str, Track]
) -> tuple[list[Found], dict[str, Track]]:
    """Step everyone followed in this frame, start whoever has a key frame here; returns masks and tracks to keep."""
    going = [stretch for stretch in sweep.stretches if frame in stretch.frames and frame != stretch.key.frame]
    moved, steps = tracker.step(picture, [tracks[stretch.key.subject] for stretch in going])
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


@dataclass(frozen=True, slots=True)
class Frame:
    """What is handed to the writer: masks of a frame, and where the run stands after it."""

    sweep: int
    frame: int | None  # None: only the standing
    following: int | None
    found: list[Found]
    tracks: Mapping[str, Track]


class Writer:
    """The thread that encodes and commits. A fault of it is raised at the next put, or on leaving."""

    def __init__(self, lease: Lease, run: Run, total: int, began: Checkpoint) -> None:
        self._lease, self._run, self._total = lease, run, total
        self._done, self._began_at = began.done, began.done
        self._frames: queue.Queue[Frame | None] = queue.Queue(QUEUED_FRAMES)
        self._fault: BaseException | None = None
        self._clock = time.monotonic()
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hand_over(None)
        self._thread.join()
        if self._fault is not None and fault is None:
            raise self._fault

    def put(self, frame: Frame) -> None:
        """Hand over a frame; waits while the writer is far behind."""
        self._hand_over(frame)
        if self._fault is not None:
            raise self._fault

    def _hand_over(self, item: Frame | None) -> None:
        while self._thread.is_alive():
            try:
                self._frames.put(item, timeout=0.1)
            except queue.Full:
                continue
            return

    def _work(self) -> None:
        waiting: list[Frame] = []
        due = 0.0  # the first frame is shown at once
        try:
            while True:
                try:
                    item = self._frames.get(timeout=max(0.0, due - time.monotonic()) if waiting else None)
                except queue.Empty:
                    item = waiting[-1]  # nothing new, and the time is up
                else:
                    if item is None:
                        break
                    waiting.append(item)
                if len(waiting) >= COMMIT_FRAMES or time.monotonic() >= due:
                    self._commit(waiting)
                    waiting, due = [], time.monotonic() + COMMIT_S
            if waiting:
                self._commit(waiting)
        except BaseException as fault:  # noqa: BLE001 - raised again in the thread that tracks
            self._fault = fault
        finally:
            connection.close()

    def _commit(self, frames: list[Frame]) -> None:
        rows = [
            found.row(frame.frame, self._run.id) for frame in frames if frame.frame is not None for found in frame.found
        ]
        self._done += len(rows)
        last = frames[-1]
        tracks = {subject: track.to_bytes() for subject, track in last.tracks.items()}
        standing = Checkpoint(last.sweep, last.following, self._done, tracks).to_bytes()
        rate = (self._done - self._began_at) / max(time.monotonic() - self._clock, 1e-6)
        left = (self._total - self._done) / rate if rate > 0 else None
        with self._lease.commit(self._done, self._total, fps=rate, seconds_left=left) as revision:
            write_masks(rows, resume_step(self._lease.job, revision))
            Run.objects.filter(pk=self._run.pk).update(checkpoint=standing)
