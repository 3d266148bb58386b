"""The thread that writes what a run finds: masks, where the run stands and the clip's revision in one transaction.

Whoever takes over after a death goes on exactly where the pages were told it was. What a person drew or marked is
never written over. Of a second way between two key frames drafts are written, and joined with the first at its end.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from django.db import connection

from studio.jobs.lease import Lease
from studio.media.behind import Behind
from studio.runs.agreement import best_join, overlap
from studio.runs.checkpoint import Checkpoint
from studio.runs.models import Draft, Run
from studio.runs.notes import Notes
from studio.runs.plan import Stretch, Sweep
from studio.scenes.models import Mask
from studio.scenes.steps import resume_step, write_masks

COMMIT_FRAMES = 16  # at most so many frames a transaction,
COMMIT_S = 0.15  # and at most so long before what was found is shown
QUEUED_FRAMES = 32  # found and not yet written: what a slow disk may hold up

_OF_A_DRAFT = ("counts", "area", "score", "rotated_box", "state")


class Findable(Protocol):
    """What a frame shows of a subject."""

    def row(self, frame: int, run: UUID) -> Mask:
        """The mask's row; its run lengths are encoded here, off the tracking thread."""
        ...


class Lasting(Protocol):
    """What is remembered of a subject."""

    def to_bytes(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Frame:
    """What is handed to the writer: masks of a frame, and where the run stands after it."""

    sweep: int
    frame: int | None  # None: only the standing
    following: int | None
    found: Sequence[Findable]
    tracks: Mapping[str, Lasting]
    skipped: int = 0  # as in a checkpoint
    streaks: Mapping[str, int] | None = None
    agreed: tuple[tuple[str, int], ...] = ()
    ended: Sweep | None = None  # the sweep that is over, in the item after its last frame


class Writer(Behind[Frame]):
    """Encodes and commits. A fault of it is raised at the next put, or on leaving."""

    def __init__(
        self, lease: Lease, run: Run, total: int, began: Checkpoint, sweeps: Sequence[Sweep], notes: Notes
    ) -> None:
        super().__init__(lambda frame: self._commit([frame]), QUEUED_FRAMES)
        self._lease, self._tracked, self._total, self._sweeps, self._notes = lease, run, total, sweeps, notes
        self._done, self._began_at = began.done, began.done
        self._clock = time.monotonic()

    def _take(self) -> None:
        waiting: list[Frame] = []
        due = 0.0  # the first frame is shown at once
        try:
            while True:
                try:
                    handed = self._items.get(timeout=max(0.0, due - time.monotonic()) if waiting else None)
                except queue.Empty:
                    handed = None  # nothing new, and the time is up
                else:
                    if handed is None:
                        break
                    (item,) = handed
                    if item.ended is not None and item.ended.drafts:
                        self._commit(waiting)
                        waiting = []
                        self._join(item.ended)
                    waiting.append(item)
                if len(waiting) >= COMMIT_FRAMES or time.monotonic() >= due:
                    self._commit(waiting)
                    waiting, due = [], time.monotonic() + COMMIT_S
            self._commit(waiting)
        finally:
            connection.close()

    def _commit(self, frames: Sequence[Frame]) -> None:
        if not frames:
            return
        with self._notes.timed("encode", len(frames)):
            rows, drafts = self._rows(frames)
        self._done += len(rows) + len(drafts)
        last = frames[-1]
        tracks = {subject: track.to_bytes() for subject, track in last.tracks.items()}
        standing = Checkpoint(
            last.sweep, last.following, self._done, tracks, last.skipped, last.streaks or {}, last.agreed
        )
        total = self._total - last.skipped
        rate = (self._done - self._began_at) / max(time.monotonic() - self._clock, 1e-6)
        left = (total - self._done) / rate if rate > 0 else None
        fields = {"checkpoint": standing.to_bytes(), "agreed": [list(pair) for pair in last.agreed]}
        with (
            self._notes.timed("write", len(frames)),
            self._lease.commit(self._done, total, fps=rate, seconds_left=left) as revision,
        ):
            write_masks(_free(rows), resume_step(self._lease.job, revision))
            Draft.objects.bulk_create(drafts)
            Run.objects.filter(pk=self._tracked.pk).update(**fields, **self._notes.fields())

    def _rows(self, frames: Sequence[Frame]) -> tuple[list[Mask], list[Draft]]:
        rows: list[Mask] = []
        drafts: list[Draft] = []
        for frame in frames:
            if frame.frame is None:
                continue
            found = [one.row(frame.frame, self._tracked.id) for one in frame.found]
            if self._sweeps[frame.sweep].drafts:
                drafts += [_draft_of(row, self._tracked) for row in found]
            else:
                rows += found
        return rows, drafts

    def _join(self, sweep: Sweep) -> None:
        """Put the second way's masks after the frame where both agree best; a stretch a transaction.

        A stretch that was joined has no drafts any more, so that a run that died in between goes on with the rest.
        """
        for stretch in sweep.stretches:
            drafts = {draft.frame: draft for draft in self._drafts(stretch)}
            if not drafts:
                continue
            last = self._last_of_first_way(stretch, drafts)
            with self._lease.commit(self._done, self._total) as revision:
                taken = [_mask_of(draft, self._tracked) for frame, draft in drafts.items() if frame > last]
                write_masks(_free(taken), resume_step(self._lease.job, revision))
                Draft.objects.filter(pk__in=[draft.pk for draft in drafts.values()]).delete()

    def _drafts(self, stretch: Stretch) -> Iterable[Draft]:
        frames = sorted(stretch.frames)
        return Draft.objects.filter(
            run=self._tracked, subject_id=UUID(stretch.key.subject), frame__range=(frames[0], frames[-1])
        )

    def _last_of_first_way(self, stretch: Stretch, drafts: Mapping[int, Draft]) -> int:
        frames = sorted(stretch.frames)
        found = Mask.objects.filter(subject_id=stretch.key.subject, frame__range=(frames[0], frames[-1]))
        there = {frame: bytes(counts) for frame, counts in found.values_list("frame", "counts")}
        height, width = self._tracked.video.height, self._tracked.video.width
        agreement = [
            overlap(there[frame], bytes(drafts[frame].counts), height, width)
            if frame in there and frame in drafts
            else 0.0
            for frame in frames
        ]
        return frames[best_join(agreement)]


def _free(rows: Sequence[Mask]) -> list[Mask]:
    """The rows whose frames a person has not drawn or marked since; asked in the transaction that writes them."""
    if not rows:
        return []
    frames = [row.frame for row in rows]
    held = set(
        Mask.objects.filter(
            subject__in={row.subject_id for row in rows},
            frame__range=(min(frames), max(frames)),
            state__in=Mask.BY_HAND,
        ).values_list("subject_id", "frame")
    )
    return [row for row in rows if (row.subject_id, row.frame) not in held]


def _draft_of(row: Mask, run: Run) -> Draft:
    fields = {name: getattr(row, name) for name in _OF_A_DRAFT}
    return Draft(run=run, subject_id=row.subject_id, frame=row.frame, **fields)


def _mask_of(draft: Draft, run: Run) -> Mask:
    fields = {name: getattr(draft, name) for name in _OF_A_DRAFT}
    return Mask(subject_id=draft.subject_id, frame=draft.frame, run_id=run.id, **fields)
