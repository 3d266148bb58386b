"""What was read of a file becomes objects, boxes and masks: one step of the clip, inside the caller's transaction.

The masks are made ready before it, so that the transaction is short: see studio/scenes/prepared.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Max

from studio.imports.reading import ReadObject, ReadScene
from studio.imports.runs import keep_runs
from studio.imports.scene import Found
from studio.library.models import Video
from studio.scenes.changes import COLORS, MOST_SUBJECTS
from studio.scenes.errors import SceneFault
from studio.scenes.models import Mask, PreparedMask, Step, Subject
from studio.scenes.prepared import prepare, put_prepared, take_all
from studio.scenes.steps import Kind, change, write_prompt, write_subject

MASKS_AT_ONCE = 250  # prepared in one transaction
_STATES = {state.label: state for state in Mask.State}


def prepare_masks(scene: ReadScene, owner: UUID, runs: Sequence[UUID | None], tick: Callable[[int], None]) -> None:
    """Make all masks ready under this owner. Raises SceneFault for a state that there is not.

    `runs` are the ids that the file's runs will have; `tick` hears of how many masks are ready.
    """
    masks, done = scene.masks(), 0
    while part := list(islice(masks, MASKS_AT_ONCE)):
        prepare([_row(found, owner, runs) for found in part])
        done += len(part)
        tick(done)


def write_scene(
    video: Video,
    scene: ReadScene,
    owner: UUID,
    runs: Sequence[UUID | None],
    *,
    replace: bool,
    name: str,
    person: User | None,
    tick: Callable[[], None] = lambda: None,
) -> None:
    """Write it all, the masks from what was prepared. Raises SceneFault where the clip would have too many objects.

    An object keeps the file's number where that is free, and takes the next one where it is not. `replace`: objects of
    a name that the file has too get its boxes and masks instead of their own, the first of a name in the file the
    first in the clip.
    """
    with change(video.id, f"Import {name}", kind=Kind.IMPORT, person=person) as step:
        subjects = _subjects(video, scene.objects, step, replace=replace)
        for place, frame, box in scene.prompts:
            write_prompt(subjects[place].id, frame, box, step)
        numbers = {one.number: own for one, own in zip(scene.objects, subjects, strict=True) if one.number is not None}
        keep_runs(video, scene.runs, runs, numbers)
        for place, subject in enumerate(subjects):
            put_prepared(owner, place, subject.id, step)
            tick()


def _row(found: Found, owner: UUID, runs: Sequence[UUID | None]) -> PreparedMask:
    if found.state not in _STATES:
        raise SceneFault("bad-import", f"A mask of frame {found.frame} has the state {found.state!r}, which is none.")
    return PreparedMask(
        owner=owner,
        place=found.object,
        frame=found.frame,
        counts=found.counts,
        area=found.area,
        score=found.score,
        rotated_box=list(found.corners),
        state=_STATES[found.state],
        run_id=runs[found.run] if found.run is not None else None,
    )


def _subjects(video: Video, objects: Sequence[ReadObject], step: Step, *, replace: bool) -> list[Subject]:
    """The row of each object, new or to be replaced, in their order."""
    there = list(Subject.objects.filter(video=video, deleted_at=None).order_by("number"))
    by_name: dict[str, Iterator[Subject]] = {
        one.name: iter([s for s in there if s.name == one.name]) for one in objects
    }
    held = [next(by_name[one.name], None) if replace else None for one in objects]
    fresh = held.count(None)
    if len(there) + fresh > MOST_SUBJECTS:
        raise SceneFault(
            "too-many-objects",
            f"This would make {len(there) + fresh} objects, and a clip can have {MOST_SUBJECTS} at most.",
        )
    taken = set(Subject.objects.filter(video=video).values_list("number", flat=True))
    free = _free_numbers(video, objects)
    return [
        _made(video, one, _number(one, taken, free), step) if known is None else _emptied(video, one, known, step)
        for one, known in zip(objects, held, strict=True)
    ]


def _number(one: ReadObject, taken: set[int], free: Iterator[int]) -> int:
    number = one.number if one.number is not None and one.number > 0 and one.number not in taken else None
    number = number or next(candidate for candidate in free if candidate not in taken)
    taken.add(number)
    return number


def _free_numbers(video: Video, objects: Sequence[ReadObject]) -> Iterator[int]:
    """From the first on that neither the clip nor the file has used."""
    most = Subject.objects.filter(video=video).aggregate(most=Max("number"))["most"] or 0
    first = max([most, *(one.number or 0 for one in objects)]) + 1
    return iter(range(first, first + len(objects) + 1))


def _made(video: Video, one: ReadObject, number: int, step: Step) -> Subject:
    color = one.color or COLORS[(number - 1) % len(COLORS)]
    subject = Subject(video=video, number=number, name=one.name, color=color, visible=one.visible)
    write_subject(subject, step)
    return subject


def _emptied(video: Video, one: ReadObject, subject: Subject, step: Step) -> Subject:
    """An object that stays, without its boxes and masks."""
    write_subject(subject, step, color=one.color or subject.color)
    for frame in subject.prompts.filter(deleted=False).values_list("frame", flat=True):
        write_prompt(subject.id, frame, None, step)
    take_all(subject.id, step)
    return subject
