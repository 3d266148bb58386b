"""The change feed of a clip: what happened after a place, in the order of revisions, in bounded pieces.

A page is a replica: it has everything up to some revision and is told the rest. Rows carry the revision of their last
change, so a thing that changed ten times is told once, as it is now; telling a thing twice does no harm.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from studio.exports.models import Export
from studio.jobs.models import Job
from studio.library.models import Video
from studio.live import protocol
from studio.live.items import (
    comment_item,
    ingests_of,
    mask_item,
    prompt_item,
    removal_item,
    step_item,
    subject_item,
    video_item,
)
from studio.live.protocol import MESSAGE_BYTES, Message
from studio.live.shapes import JobOut
from studio.runs.models import Run
from studio.scenes.models import Comment, Mask, Prompt, Removal, Step, Subject

Row = TypeVar("Row", bound=Model)

MOST_ITEMS = 256  # in one piece
_MASKS_AT_ONCE = 32  # rows fetched before the bytes are counted; a noisy mask has 28 kB


class Kind(IntEnum):
    """In which order the things of one revision are told: a mask needs its object, a removal comes before new masks."""

    SUBJECT = 0
    PROMPT = 1
    REMOVAL = 2
    MASK = 3
    COMMENT = 4
    VIDEO = 5
    JOB = 6
    STEP = 7
    END = 8  # after the last of a revision


class _Key(NamedTuple):
    """Where a row stands in the feed."""

    revision: int
    kind: Kind
    row: Any  # its primary key: a number or a UUID, the same for all rows of a kind


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the feed: everything up to it has been told. By itself a revision means all of that revision."""

    revision: int
    kind: Kind = Kind.END
    row: int | UUID | None = None

    def __str__(self) -> str:
        return f"{self.revision}.{int(self.kind)}.{self.row or ''}"

    @classmethod
    def parse(cls, text: str) -> Position | None:
        """What str() made; None when it is something else."""
        parts = text.split(".")
        if len(parts) != 3:
            return None
        try:
            revision, kind = int(parts[0]), Kind(int(parts[1]))
            if not 0 <= revision < 2**63:
                return None
            if kind is Kind.END:
                return cls(revision)
            row = int(parts[2]) if kind in (Kind.REMOVAL, Kind.MASK, Kind.STEP) else UUID(parts[2])
        except ValueError:
            return None
        return cls(revision, kind, row)


@dataclass(slots=True)
class Batch:
    """A piece of the feed. Its jobs are told before its items' message, which covers them."""

    position: Position  # where the next piece begins
    settled: int  # the highest revision of which everything has been told
    more: bool = False
    jobs: list[Message] = field(default_factory=list)
    items: list[Message] = field(default_factory=list)

    def changes(self) -> Message:
        """The message that moves a page to `settled`."""
        return protocol.changes(self.settled, self.items)


def read(video: Video, after: Position, *, most_items: int = MOST_ITEMS, most_bytes: int = MESSAGE_BYTES) -> Batch:
    """The piece after a place, as of the clip's row, which was read before: revisions up to its own are all there."""
    upto = video.revision
    batch = Batch(position=Position(upto), settled=upto)
    if after.revision > upto or (after.revision == upto and after.kind is Kind.END):
        return batch
    keys = _keys(video, after, upto, most_items + 1)
    left = keys[most_items] if len(keys) > most_items else None
    size_bytes = 0
    last: _Key | None = None
    for key, told in _told(video, keys[:most_items]):
        if told is None:
            last = key
            continue
        size_bytes += len(protocol.pack(told))
        begun = bool(batch.items or batch.jobs)
        if begun and (size_bytes > most_bytes or (key.kind is Kind.JOB and batch.items)):
            left = key
            break
        (batch.jobs if key.kind is Kind.JOB else batch.items).append(told)
        last = key
    if left is not None and last is not None:
        batch.position, batch.settled, batch.more = Position(*last), left.revision - 1, True
    return batch


def job_messages(rows: Iterable[Job]) -> list[Message]:
    """A message for each job, naming the run or export it is the work of."""
    jobs = list(rows)
    ids = [job.id for job in jobs]
    runs = dict(Run.objects.filter(job_id__in=ids).values_list("job_id", "id"))
    exports = dict(Export.objects.filter(job_id__in=ids).values_list("job_id", "id"))
    return [
        protocol.job(
            JobOut.of(job).model_dump(mode="json"),
            video_id=str(job.video_id),
            run_id=_text(runs.get(job.id)),
            export_id=_text(exports.get(job.id)),
        )
        for job in jobs
    ]


def _text(row: UUID | None) -> str | None:
    return None if row is None else str(row)


def _keys(video: Video, after: Position, upto: int, most: int) -> list[_Key]:
    """The first rows after the place, of all kinds, in order."""
    keys = [
        *_keys_of(Kind.SUBJECT, Subject.objects.filter(video=video), after, upto, most),
        # boxes and removals of deleted objects too: the object may be restored on a page that missed them
        *_keys_of(Kind.PROMPT, Prompt.objects.filter(subject__video=video), after, upto, most),
        *_keys_of(Kind.REMOVAL, Removal.objects.filter(subject__video=video), after, upto, most),
        *_keys_of(Kind.STEP, Step.objects.filter(video=video), after, upto, most),
        *_keys_of(Kind.COMMENT, Comment.objects.filter(video=video), after, upto, most),
        *_keys_of(Kind.JOB, Job.objects.filter(video=video), after, upto, most),
    ]
    if (after.revision, after.kind) < (video.row_revision, Kind.VIDEO) and video.row_revision <= upto:
        keys.append(_Key(video.row_revision, Kind.VIDEO, video.id))
    # one query an object: each walks its index in order, where one query for all would sort every mask there is
    for subject_id in Subject.objects.filter(video=video, deleted_at=None).values_list("id", flat=True):
        keys += _keys_of(Kind.MASK, Mask.objects.filter(subject_id=subject_id), after, upto, most)
    return sorted(keys)[:most]


def _keys_of(kind: Kind, rows: QuerySet[Any], after: Position, upto: int, most: int) -> Iterator[_Key]:
    """The first rows of one kind after the place."""
    rows = rows.filter(revision__lte=upto).order_by("revision", "pk")
    parts = [rows.filter(revision__gt=after.revision)]
    if kind == after.kind:
        parts.insert(0, rows.filter(revision=after.revision, pk__gt=after.row))
    elif kind > after.kind:
        parts.insert(0, rows.filter(revision=after.revision))
    for part in parts:
        for revision, row in part.values_list("revision", "pk")[:most]:
            yield _Key(revision, kind, row)
            most -= 1
        if most <= 0:
            return


def _told(video: Video, keys: list[_Key]) -> Iterator[tuple[_Key, Message | None]]:
    """What is said of each row; nothing of one that is gone by now, as its end has a later revision."""
    subjects = _by_key(Subject.objects.all(), keys, Kind.SUBJECT)
    prompts = _by_key(Prompt.objects.all(), keys, Kind.PROMPT)
    removals = _by_key(Removal.objects.all(), keys, Kind.REMOVAL)
    steps = _by_key(Step.objects.select_related("person"), keys, Kind.STEP)
    ordinals = list(Step.objects.filter(video=video).values_list("ordinal", flat=True)) if steps else []
    comments = _by_key(Comment.objects.select_related("person"), keys, Kind.COMMENT)
    jobs = _jobs_of(keys)
    masks = _masks_of(keys)
    for key in keys:
        told: Message | None = None
        match key.kind:
            case Kind.SUBJECT if key.row in subjects:
                told = subject_item(subjects[key.row])
            case Kind.PROMPT if key.row in prompts:
                told = prompt_item(prompts[key.row])
            case Kind.REMOVAL if key.row in removals:
                told = removal_item(removals[key.row])
            case Kind.MASK:
                mask = next(masks)
                told = None if mask is None else mask_item(mask)
            case Kind.STEP if key.row in steps:
                step = steps[key.row]
                told = step_item(step, max((known for known in ordinals if known < step.ordinal), default=0))
            case Kind.COMMENT if key.row in comments:
                told = comment_item(comments[key.row])
            case Kind.VIDEO:
                told = video_item(video, ingests_of([video]).get(video.id))
            case Kind.JOB:
                told = jobs.get(key.row)
        yield key, told


def _masks_of(keys: list[_Key]) -> Iterator[Mask | None]:
    """The masks of these keys in their order, fetched a few at a time, as the bytes may end before the keys do."""
    wanted = [key.row for key in keys if key.kind is Kind.MASK]
    for first in range(0, len(wanted), _MASKS_AT_ONCE):
        some = wanted[first : first + _MASKS_AT_ONCE]
        found = Mask.objects.in_bulk(some)
        yield from (found.get(row) for row in some)


def _by_key(rows: QuerySet[Row], keys: list[_Key], kind: Kind) -> dict[Any, Row]:
    wanted = [key.row for key in keys if key.kind is kind]
    return rows.in_bulk(wanted) if wanted else {}


def _jobs_of(keys: list[_Key]) -> dict[UUID, Message]:
    wanted = [key.row for key in keys if key.kind is Kind.JOB]
    rows = list(Job.objects.filter(pk__in=wanted)) if wanted else []
    return dict(zip([row.id for row in rows], job_messages(rows), strict=True))
