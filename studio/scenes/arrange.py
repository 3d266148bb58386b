"""Which frames belong to which object: split, merge, swap, absent, taken away. Each is one step of the history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from studio.media import rle
from studio.scenes.changes import new_subject
from studio.scenes.errors import SceneFault
from studio.scenes.models import Mask, Prompt, Step, Subject
from studio.scenes.steps import (
    FRAMES_AT_ONCE,
    Kind,
    change,
    remove_frames,
    remove_masks,
    values_of_mask,
    write_masks,
    write_prompt,
    write_subject,
)


class Overlap(StrEnum):
    """What becomes of a frame in which both merged objects have a mask."""

    UNION = "union"
    KEEP = "keep"  # the first one's


def split(subject: Subject, frame: int, person: User | None = None) -> Step:
    """Give what there is of an object from this frame on to a new one, which the step is about then.

    Raises SceneFault where one half is empty.
    """
    _check_frame(subject, frame)
    for half, where in ((_here(subject, last=frame - 1), "before"), (_here(subject, first=frame), "from")):
        if not half:
            on = " on" if where == "from" else ""
            raise SceneFault("nothing-to-split", f"{subject.name} has nothing {where} frame {frame}{on} to split off.")
    title = f"Split {subject.name} at frame {frame}"
    with change(subject.video_id, title, kind=Kind.ARRANGE, person=person, subject=subject, frame=frame) as step:
        other = new_subject(subject.video_id, step, f"{subject.name[:70]} from {frame}")
        for part in _parts(subject.masks.filter(frame__gte=frame)):
            write_masks([_of(other, mask) for mask in part], step)
            remove_frames(subject.id, [mask.frame for mask in part], step)
        for prompt in _boxes(subject, frame):
            write_prompt(other.id, prompt.frame, prompt.box, step)
            write_prompt(subject.id, prompt.frame, None, step)
        step.subject = other
    return step


def merge(first: Subject, second: Subject, overlap: Overlap, person: User | None = None) -> Step:
    """Give all there is of the second object to the first, and delete the second.

    Where both have pixels, they are joined, or the first's are kept; where only one has them, those stand. Boxes of
    the second come along on frames where the first has none.
    """
    _check_pair(first, second)
    video = first.video
    title = f"Merge {second.name} into {first.name}"
    with change(video.id, title, kind=Kind.ARRANGE, person=person, subject=first) as step:
        for part in _parts(second.masks.filter(area__gt=0)):
            held = {mask.frame: mask for mask in first.masks.filter(frame__in=[mask.frame for mask in part])}
            merged = (_merged(first, held.get(mask.frame), mask, overlap, video.height, video.width) for mask in part)
            write_masks([mask for mask in merged if mask is not None], step)
        own = {prompt.frame for prompt in _boxes(first)}
        for prompt in _boxes(second):
            if prompt.frame not in own:
                write_prompt(first.id, prompt.frame, prompt.box, step)
        write_subject(second, step, deleted_at=timezone.now())
    return step


def swap(first: Subject, second: Subject, frame: int, person: User | None = None) -> Step:
    """From this frame on each of two objects gets what the other had."""
    _check_pair(first, second)
    _check_frame(first, frame)
    if not _here(first, first=frame) and not _here(second, first=frame):
        raise SceneFault("nothing-to-swap", f"Neither object has anything from frame {frame} on.")
    title = f"Swap {first.name} and {second.name} from frame {frame}"
    with change(first.video_id, title, kind=Kind.ARRANGE, person=person, subject=first, frame=frame) as step:
        last = max(_last(first), _last(second))
        for start in range(frame, last + 1, FRAMES_AT_ONCE):
            frames = (start, start + FRAMES_AT_ONCE - 1)
            ours, theirs = (list(one.masks.filter(frame__range=frames)) for one in (first, second))
            _exchange(first, ours, theirs, step)
            _exchange(second, theirs, ours, step)
        boxes = [
            (second, _boxes(first, frame), _boxes(second, frame)),
            (first, _boxes(second, frame), _boxes(first, frame)),
        ]
        for to, given, own in boxes:
            here = {prompt.frame for prompt in given}
            for prompt in own:
                if prompt.frame not in here:
                    write_prompt(to.id, prompt.frame, None, step)
            for prompt in given:
                write_prompt(to.id, prompt.frame, prompt.box, step)
    return step


def mark_absent(subject: Subject, first: int, last: int, person: User | None = None) -> Step:
    """Say that an object is not in the picture in frames first..last: no mask and no box, and no run looks for it."""
    _check_range(subject, first, last)
    title = f"{subject.name} absent, frames {first} to {last}"
    with change(subject.video_id, title, kind=Kind.ABSENT, person=person, subject=subject, frame=first) as step:
        gone = {"counts": b"", "area": 0, "score": 1.0, "rotated_box": [], "state": Mask.State.ABSENT}
        write_masks((Mask(subject=subject, frame=frame, **gone) for frame in range(first, last + 1)), step)
        for prompt in _boxes(subject, first, last):
            write_prompt(subject.id, prompt.frame, None, step)
    return step


def unmark_absent(subject: Subject, first: int, last: int, person: User | None = None) -> Step:
    """Take back that an object is absent in frames first..last: nothing is known of it there."""
    _check_range(subject, first, last)
    title = f"{subject.name} no longer absent, frames {first} to {last}"
    with change(subject.video_id, title, kind=Kind.ABSENT, person=person, subject=subject, frame=first) as step:
        said = subject.masks.filter(frame__range=(first, last), state=Mask.State.ABSENT)
        remove_frames(subject.id, list(said.values_list("frame", flat=True)), step)
    return step


def clear(subject: Subject, first: int, last: int, person: User | None = None) -> Step:
    """Take away an object's masks of frames first..last; its boxes stay."""
    _check_range(subject, first, last)
    title = f"Delete masks of {subject.name}, frames {first} to {last}"
    with change(subject.video_id, title, kind=Kind.REMOVE, person=person, subject=subject, frame=first) as step:
        remove_masks(subject.id, first, last, step)
    return step


def _merged(first: Subject, held: Mask | None, mask: Mask, overlap: Overlap, height: int, width: int) -> Mask | None:
    """What the first object gets in a frame; None where it keeps its own."""
    if held is None or not held.area:
        return _of(first, mask)
    if overlap == Overlap.KEEP:
        return None
    bits = rle.decode(bytes(held.counts), height, width) | rle.decode(bytes(mask.counts), height, width)
    joined = _of(first, held)
    joined.counts, joined.area, joined.rotated_box = rle.encode(bits), int(bits.sum()), rle.rotated_box(bits)
    if Mask.State.EDITED in (held.state, mask.state):
        joined.state = Mask.State.EDITED
    joined.score = min(held.score, mask.score)
    return joined


def _exchange(to: Subject, own: Iterable[Mask], given: Iterable[Mask], step: Step) -> None:
    """Put the given masks in place of an object's own."""
    rows = [_of(to, mask) for mask in given]
    here = {row.frame for row in rows}
    write_masks(rows, step)
    remove_frames(to.id, [mask.frame for mask in own if mask.frame not in here], step)


def _of(subject: Subject, mask: Mask) -> Mask:
    """The same mask, unsaved, of another object."""
    return Mask(subject=subject, frame=mask.frame, **values_of_mask(mask))


def _parts(masks: QuerySet[Mask]) -> Iterator[list[Mask]]:
    """A few hundred at a time, as they stood when asked for: they change below us."""
    last = -1
    while part := list(masks.filter(frame__gt=last).order_by("frame")[:FRAMES_AT_ONCE]):
        yield part
        last = part[-1].frame


def _boxes(subject: Subject, first: int = 0, last: int | None = None) -> list[Prompt]:
    prompts = subject.prompts.filter(deleted=False, frame__gte=first)
    return list(prompts if last is None else prompts.filter(frame__lte=last))


def _here(subject: Subject, first: int = 0, last: int | None = None) -> bool:
    """Whether there is any mask or box of an object in these frames."""
    masks = subject.masks.filter(frame__gte=first)
    return (masks if last is None else masks.filter(frame__lte=last)).exists() or bool(_boxes(subject, first, last))


def _last(subject: Subject) -> int:
    newest = subject.masks.order_by("-frame").values_list("frame", flat=True).first()
    return -1 if newest is None else newest


def _check_pair(first: Subject, second: Subject) -> None:
    if first.video_id != second.video_id or first.id == second.id:
        raise SceneFault("not-two-objects", "Choose two different objects of one clip.")


def _check_frame(subject: Subject, frame: int) -> None:
    if not 0 <= frame < subject.video.frame_count:
        raise SceneFault("no-such-frame", f"Frame {frame} is not in a clip of {subject.video.frame_count} frames.")


def _check_range(subject: Subject, first: int, last: int) -> None:
    many = subject.video.frame_count
    if not 0 <= first <= last < many:
        raise SceneFault("no-such-frame", f"Frames {first} to {last} are not in a clip of {many} frames.")
