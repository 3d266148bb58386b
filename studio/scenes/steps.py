"""The frame of every change to a scene: one transaction, one revision of the clip, one step of its history.

All writes of objects, boxes and masks go through here with the step they belong to. It keeps what stood there before,
once for each row, so that history.py can swap the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, F, Func, IntegerField, QuerySet, Sum
from django.utils import timezone

from studio.announce import announce, video_group
from studio.jobs.models import Job
from studio.jobs.revisions import next_revision
from studio.scenes.models import Found, KeptMask, KeptRow, Mask, Prompt, Removal, Step, Subject

FRAMES_AT_ONCE = 500  # rows in memory, and parameters in a statement
ROW_BYTES = 200  # of a kept row beside its run lengths, about
SAME_MOVE = timedelta(seconds=1)  # a box moved again so soon is still the same move: arrow keys repeat

Key = tuple[UUID, int]  # subject, frame

_SUBJECT_VALUES = ("name", "color", "deleted_at")
_PROMPT_VALUES = ("x", "y", "width", "height", "deleted")


class Kind(StrEnum):
    """What a step did, for its icon in the list."""

    BOX = "box"
    OBJECT = "object"
    RUN = "run"
    DRAWING = "drawing"  # brush, eraser, polygon
    IMPORT = "import"
    ARRANGE = "arrange"  # split, merge, swap
    ABSENT = "absent"
    REMOVE = "remove"
    TIDY = "tidy"  # holes, specks, grow, shrink, smooth
    VERSION = "version"
    REVIEW = "review"


@contextmanager
def change(
    video_id: UUID,
    title: str,
    *,
    kind: str = Kind.OBJECT,
    person: User | None = None,
    subject: Subject | None = None,
    frame: int | None = None,
) -> Iterator[Step]:
    """The transaction of one step. Its rows take `step.revision`; pages are told when it is committed.

    What was undone before can no longer be redone. A step in which nothing was written leaves no trace in the history.
    """
    with transaction.atomic():
        revision = next_revision(video_id)  # locks the clip: nothing comes between what is read and what is written
        step = _same_move(video_id, title, kind, person, subject)
        if step is None:
            step = Step.objects.create(
                video_id=video_id, ordinal=revision, revision=revision, title=title[:200], kind=kind, person=person,
                subject=subject, frame=frame,
            )  # fmt: skip
        step.revision = revision
        yield step
        if step.size_bytes == 0:
            step.delete()
        else:
            step.title = step.title[:200]
            step.save(update_fields=["title", "subject", "frame", "revision", "touched"])
            _drop_undone(step)
            _prune(video_id)
        tell_pages(video_id)


@contextmanager
def unrecorded(video_id: UUID) -> Iterator[int]:
    """The transaction of a change that is no step: what is shown, not what there is. Yields its revision."""
    with transaction.atomic():
        yield next_revision(video_id)
        tell_pages(video_id)


def open_step(job: Job, title: str, *, kind: str, person: User | None = None) -> Step:
    """A step that a job writes, in as many transactions as it needs; inside the transaction that submits the job."""
    revision = next_revision(job.video_id)
    step = Step.objects.create(
        video_id=job.video_id, ordinal=revision, revision=revision, title=title[:200], kind=kind, person=person, job=job
    )
    _drop_undone(step)
    tell_pages(job.video_id)
    return step


def resume_step(job: Job, revision: int) -> Step:
    """The job's step, to write in with this revision; inside the transaction that gave it.

    What changed since the step began stays on top: such frames are written below it, see write_masks.
    """
    step = Step.objects.filter(job=job).first()
    if step is None:  # put in line before there was a history
        step = open_step(job, "Track", kind=Kind.RUN)
    step.revision = revision
    return step


def write_masks(masks: Iterable[Mask], step: Step) -> None:
    """Put masks in place of those of the same subject and frame, inside the step's transaction.

    A job's step may have steps on top of it by now. A frame that one of them touched keeps what that step made of it;
    the mask goes below, where undoing that step finds it.
    """
    rows = list(masks)
    for row in rows:
        row.revision = step.revision
    for first in range(0, len(rows), FRAMES_AT_ONCE):
        part = rows[first : first + FRAMES_AT_ONCE]
        _put({(row.subject_id, row.frame): row for row in part}, step)


def remove_masks(subject_id: UUID, first: int, last: int, step: Step) -> None:
    """Take away a subject's masks of frames first..last, both included, inside the step's transaction."""
    there = Mask.objects.filter(subject_id=subject_id, frame__range=(first, last)).order_by("frame")
    remove_frames(subject_id, list(there.values_list("frame", flat=True)), step)


def remove_frames(subject_id: UUID, frames: Sequence[int], step: Step) -> None:
    """Take away a subject's masks of these frames, inside the step's transaction."""
    for at in range(0, len(frames), FRAMES_AT_ONCE):
        _put({(subject_id, frame): None for frame in frames[at : at + FRAMES_AT_ONCE]}, step)


def write_subject(subject: Subject, step: Step, **values: object) -> None:
    """Save an object with these of name, color and deleted_at; a new one too. One that comes back is told whole."""
    fresh = subject._state.adding
    was = {**values_of_subject(subject), "deleted": True} if fresh else values_of_subject(subject)
    back = subject.deleted_at is not None and values.get("deleted_at", subject.deleted_at) is None
    for name, value in values.items():
        assert name in _SUBJECT_VALUES, f"{name} is nothing that a step changes"
        setattr(subject, name, value)
    subject.revision = step.revision
    if fresh:
        subject.save(force_insert=True)
    else:
        subject.save(update_fields=[*_SUBJECT_VALUES, "revision"])
    _keep_row(KeptRow.Kind.SUBJECT, subject.id, was, step)
    if back:
        tell_again(subject, step.revision)


def write_prompt(subject_id: UUID, frame: int, box: tuple[float, float, float, float] | None, step: Step) -> Prompt:
    """Save the box of an object on a frame, or with None take it away. The caller has checked it: see check_box."""
    held = Prompt.objects.filter(subject_id=subject_id, frame=frame).first()
    prompt = held or Prompt(subject_id=subject_id, frame=frame, x=0.0, y=0.0, width=0.0, height=0.0, deleted=True)
    was = values_of_prompt(prompt)
    if box is None:
        prompt.deleted = True
    else:
        prompt.x, prompt.y, prompt.width, prompt.height = box
        prompt.deleted = False
    prompt.revision = step.revision
    prompt.save()
    _keep_row(KeptRow.Kind.PROMPT, prompt.id, was, step)
    return prompt


def tell_again(subject: Subject, revision: int) -> None:
    """Stamp all there is of an object, so that pages that dropped it with it are told of it."""
    subject.prompts.filter(deleted=False).update(revision=revision)
    subject.masks.update(revision=revision)


def values_of_subject(subject: Subject) -> dict[str, object]:
    """What a step keeps of an object."""
    return {"name": subject.name, "color": subject.color, "deleted": subject.deleted_at is not None}


def values_of_prompt(prompt: Prompt) -> dict[str, object]:
    """What a step keeps of a box."""
    return {name: getattr(prompt, name) for name in _PROMPT_VALUES}


def tell_pages(video_id: UUID) -> None:
    """Hint the clip's pages to look, once this is committed."""
    transaction.on_commit(lambda: announce(video_group(video_id), {"type": "look", "video": str(video_id)}))


def put_standing(wanted: Mapping[Key, Found | None], standing: Mapping[Key, Mask], revision: int) -> None:
    """Make these masks stand, or with None none at all, and leave word of those that are no more. Keeps nothing."""
    rows = [
        Mask(subject_id=subject, frame=frame, revision=revision, **values_of_mask(mask))
        for (subject, frame), mask in wanted.items()
        if mask is not None
    ]
    Mask.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["subject", "frame"],
        update_fields=[*Mask.VALUES, "revision"],
    )
    gone = sorted(key for key, mask in wanted.items() if mask is None and key in standing)
    Mask.objects.filter(pk__in=[standing[key].pk for key in gone]).delete()
    Removal.objects.bulk_create(
        Removal(subject_id=subject, first=first, last=last, revision=revision) for subject, first, last in spans(gone)
    )


def standing_masks(keys: Iterable[Key]) -> dict[Key, Mask]:
    """The masks that stand at these places."""
    wanted = set(keys)
    subjects, frames = {subject for subject, _ in wanted}, {frame for _, frame in wanted}
    rows = Mask.objects.filter(subject_id__in=subjects, frame__in=frames)
    return {(row.subject_id, row.frame): row for row in rows if (row.subject_id, row.frame) in wanted}


def kept_mask(step: Step, key: Key, mask: Found | None) -> KeptMask:
    """An unsaved row that keeps this mask, or that there is none."""
    subject, frame = key
    values = {"counts": b"", "area": 0, "score": 0.0, "rotated_box": [], "state": 0, "run_id": None, "accepted": False}
    there = mask is not None and (not isinstance(mask, KeptMask) or mask.there)
    if mask is not None and there:
        values = values_of_mask(mask)
    return KeptMask(step=step, subject_id=subject, frame=frame, there=there, **values)


def values_of_mask(mask: Found) -> dict[str, object]:
    """What is known of it, beside whose and where it is."""
    return {name: getattr(mask, name) for name in Found.VALUES}


def size_of(kept: Iterable[KeptMask]) -> int:
    """How much room rows take, in bytes, about."""
    return sum(len(row.counts) + ROW_BYTES for row in kept)


def size_of_kept(step: Step, subject_id: UUID) -> int:
    """The same of all that a step has kept of a subject, worked out where it lies."""
    kept = KeptMask.objects.filter(step=step, subject_id=subject_id)
    length = Func(F("counts"), function="LENGTH", output_field=IntegerField())
    told = kept.annotate(length=length).aggregate(rows=Count("*"), bytes=Sum("length"))
    return int(told["bytes"] or 0) + int(told["rows"]) * ROW_BYTES


def _put(wanted: Mapping[Key, Mask | None], step: Step) -> None:
    """Write masks, or with None their absence, in one step: below the steps on top of it, else as what stands."""
    standing = standing_masks(wanted)
    above = _kept_above(wanted, step) if step.job_id is not None else {}
    known = _kept_keys(wanted, step) if step.size_bytes else set()
    kept = [kept_mask(step, key, above.get(key) or standing.get(key)) for key in wanted if key not in known]
    KeptMask.objects.bulk_create(kept)
    grow(step, size_of(kept))
    put_standing({key: mask for key, mask in wanted.items() if key not in above}, standing, step.revision)
    for key, row in above.items():
        below = kept_mask(row.step, key, wanted[key])
        below.pk = row.pk
        below.save(force_update=True)


def _kept_above(keys: Iterable[Key], step: Step) -> dict[Key, KeptMask]:
    """What the lowest later step that stands has kept at each of these places."""
    rows = _kept_at(keys).filter(step__video_id=step.video_id, step__ordinal__gt=step.ordinal, step__undone=False)
    wanted, found = set(keys), dict[Key, KeptMask]()
    for row in rows.select_related("step").order_by("step__ordinal"):
        if (row.subject_id, row.frame) in wanted:
            found.setdefault((row.subject_id, row.frame), row)
    return found


def _kept_keys(keys: Iterable[Key], step: Step) -> set[Key]:
    return set(_kept_at(keys).filter(step=step).values_list("subject_id", "frame"))


def _kept_at(keys: Iterable[Key]) -> QuerySet[KeptMask]:
    wanted = set(keys)
    subjects, frames = {subject for subject, _ in wanted}, {frame for _, frame in wanted}
    return KeptMask.objects.filter(subject_id__in=subjects, frame__in=frames)


def _keep_row(kind: KeptRow.Kind, row: UUID, values: dict[str, object], step: Step) -> None:
    _, fresh = KeptRow.objects.get_or_create(step=step, kind=kind, row=row, defaults={"values": values})
    if fresh:
        grow(step, ROW_BYTES)


def grow(step: Step, by_bytes: int) -> None:
    """Note that so much more is kept of a step; one of which nothing is kept has changed nothing."""
    if by_bytes:
        Step.objects.filter(pk=step.pk).update(size_bytes=F("size_bytes") + by_bytes)
        step.size_bytes += by_bytes


def _same_move(video_id: UUID, title: str, kind: str, person: User | None, subject: Subject | None) -> Step | None:
    """The newest step, when this is the same box being moved on by the same person."""
    if kind != Kind.BOX or person is None or subject is None:
        return None
    newest = Step.objects.filter(video_id=video_id).last()
    if newest is None or newest.undone or timezone.now() - newest.touched > SAME_MOVE:
        return None
    same = (newest.kind, newest.title, newest.person_id, newest.subject_id) == (kind, title, person.pk, subject.pk)
    return newest if same else None


def _drop_undone(step: Step) -> None:
    """What was undone can no longer be redone once something new was done."""
    Step.objects.filter(video_id=step.video_id, undone=True).delete()


def _prune(video_id: UUID) -> None:
    """Forget the oldest steps over what a clip's history may take; the newest stays, whatever its size."""
    steps = Step.objects.filter(video_id=video_id)
    over = (steps.aggregate(sum=Sum("size_bytes"))["sum"] or 0) - settings.STUDIO_HISTORY_MB * 1024**2
    spare = steps.count() - settings.STUDIO_HISTORY_STEPS
    if over <= 0 and spare <= 0:
        return
    oldest = steps.order_by("ordinal").values_list("pk", "size_bytes", "job__state")
    gone = []
    for pk, size_bytes, state in list(oldest)[:-1]:
        if (over <= 0 and spare <= 0) or state in Job.ACTIVE:
            break
        gone.append(pk)
        over, spare = over - size_bytes, spare - 1
    Step.objects.filter(pk__in=gone).delete()


def spans(keys: Iterable[Key]) -> Iterator[tuple[UUID, int, int]]:
    """Sorted places as runs of frames: subject, first, last."""
    span: tuple[UUID, int, int] | None = None
    for subject, frame in keys:
        if span is not None and span[0] == subject and span[2] + 1 == frame:
            span = (subject, span[1], frame)
            continue
        if span is not None:
            yield span
        span = (subject, frame, frame)
    if span is not None:
        yield span
