"""Undo and redo: a step's kept rows and what stands are swapped, in one transaction with one revision of the clip.

The history of a clip is a line. Only its newest step that stands can be undone, and only the one undone last redone, so
what a step kept is always what it has to put back.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from studio.jobs.models import Job
from studio.jobs.revisions import next_revision
from studio.library.models import Video
from studio.scenes.errors import SceneFault
from studio.scenes.models import KeptMask, KeptRow, Prompt, Step, Subject
from studio.scenes.steps import (
    FRAMES_AT_ONCE,
    ROW_BYTES,
    kept_mask,
    put_standing,
    size_of,
    standing_masks,
    tell_again,
    tell_pages,
    values_of_prompt,
    values_of_subject,
)

MOST_TOLD = 200  # steps in one list

_ENDED = [state for state in Job.State if state not in Job.ACTIVE]


@dataclass(frozen=True, slots=True)
class Moved:
    """What undo or redo did: the steps in the order it did them, and the clip's revision after it."""

    steps: list[Step]
    revision: int


def steps_of(video: Video) -> QuerySet[Step]:
    """The clip's steps, oldest first, those that are undone at the end; a job's that changed nothing left out."""
    return (
        Step.objects.filter(video=video)
        .exclude(size_bytes=0, job__state__in=_ENDED)
        .select_related("person", "job")
        .order_by("ordinal")
    )


def newest_steps(video: Video) -> list[Step]:
    """The last 200 of steps_of, with their people."""
    return list(reversed(steps_of(video).order_by("-ordinal")[:MOST_TOLD]))


def undo(video: Video, expected: int | None = None) -> Moved:
    """Take the newest step back. `expected` is the ordinal of the step that is meant, as the asker sees the history.

    Raises SceneFault when there is none, when its run goes on, or when the newest is another one by now.
    """
    with transaction.atomic():
        revision = next_revision(video.id)
        step = steps_of(video).filter(undone=False).last()
        if step is None:
            raise SceneFault("nothing-to-undo", "There is nothing to undo.")
        _check(step, None if expected is not None and _is_empty(video, expected) else expected)
        _swap(step, revision)
        tell_pages(video.id)
    return Moved([step], revision)


def redo(video: Video, expected: int | None = None) -> Moved:
    """Bring again what was undone last. Raises SceneFault as undo does."""
    with transaction.atomic():
        revision = next_revision(video.id)
        step = steps_of(video).filter(undone=True).first()
        if step is None:
            raise SceneFault("nothing-to-redo", "There is nothing to redo.")
        _check(step, expected)
        _swap(step, revision)
        tell_pages(video.id)
    return Moved([step], revision)


def go(video: Video, ordinal: int) -> Moved:
    """Undo or redo until the step of this ordinal is the newest that stands; 0 is before the oldest there is.

    Raises SceneFault when there is no such step, or when one on the way is a run that goes on.
    """
    with transaction.atomic():
        revision = next_revision(video.id)
        steps = list(steps_of(video))
        if ordinal and all(step.ordinal != ordinal for step in steps):
            raise SceneFault("no-such-step", "This step is no longer in the history.")
        back = [step for step in reversed(steps) if step.ordinal > ordinal and not step.undone]
        forth = [step for step in steps if step.ordinal <= ordinal and step.undone]
        for step in back:
            _check(step, None)
            _swap(step, revision)
        for step in forth:
            _swap(step, revision)
        tell_pages(video.id)
    return Moved(back + forth, revision)


def _is_empty(video: Video, ordinal: int) -> bool:
    """Whether this is a job's step that changed nothing: who means it means the one before it."""
    return Step.objects.filter(video=video, ordinal=ordinal, size_bytes=0, job__state__in=_ENDED).exists()


def _check(step: Step, expected: int | None) -> None:
    if expected is not None and step.ordinal != expected:
        raise SceneFault("not-newest", f"The history has moved on, its next step is now: {step.title}.")
    if step.job is not None and step.job.state in Job.ACTIVE:
        raise SceneFault("run-active", f"{step.title} is not finished: cancel it or wait, then undo.")


def _swap(step: Step, revision: int) -> None:
    """Undo a step that stands, redo one that is undone: what it kept stands, and it keeps what stood."""
    step.size_bytes = _swap_rows(step, revision) + _swap_masks(step, revision)
    step.undone, step.revision = not step.undone, revision
    step.save(update_fields=["undone", "revision", "size_bytes"])


def _swap_masks(step: Step, revision: int) -> int:
    """Swap a few hundred frames at a time; returns the bytes that are kept now."""
    size_bytes, last = 0, 0
    while rows := list(step.kept_masks.filter(pk__gt=last).order_by("pk")[:FRAMES_AT_ONCE]):
        last = rows[-1].pk
        standing = standing_masks((row.subject_id, row.frame) for row in rows)
        put_standing({(row.subject_id, row.frame): row if row.there else None for row in rows}, standing, revision)
        others = [kept_mask(step, key, standing.get(key)) for key in ((row.subject_id, row.frame) for row in rows)]
        KeptMask.objects.bulk_create(
            others,
            update_conflicts=True,
            unique_fields=["step", "subject", "frame"],
            update_fields=["there", *KeptMask.VALUES],
        )
        size_bytes += size_of(others)
    return size_bytes


def _swap_rows(step: Step, revision: int) -> int:
    """Objects and boxes; an object that comes back is told with all there is of it."""
    rows = list(step.kept_rows.all())
    subjects = Subject.objects.in_bulk([row.row for row in rows if row.kind == KeptRow.Kind.SUBJECT])
    prompts = Prompt.objects.in_bulk([row.row for row in rows if row.kind == KeptRow.Kind.PROMPT])
    for row in rows:
        if row.kind == KeptRow.Kind.SUBJECT:
            row.values = _swap_subject(subjects[row.row], row.values, revision)
        else:
            row.values = _swap_prompt(prompts[row.row], row.values, revision)
    KeptRow.objects.bulk_update(rows, ["values"])
    return ROW_BYTES * len(rows)


def _swap_subject(subject: Subject, values: dict[str, object], revision: int) -> dict[str, object]:
    was = values_of_subject(subject)
    subject.name, subject.color, subject.revision = str(values["name"]), str(values["color"]), revision
    subject.deleted_at = timezone.now() if values["deleted"] else None
    subject.save(update_fields=["name", "color", "deleted_at", "revision"])
    if was["deleted"] and not values["deleted"]:
        tell_again(subject, revision)
    return was


def _swap_prompt(prompt: Prompt, values: dict[str, object], revision: int) -> dict[str, object]:
    was = values_of_prompt(prompt)
    for name, value in values.items():
        setattr(prompt, name, value)
    prompt.revision = revision
    prompt.save(update_fields=[*values, "revision"])
    return was
