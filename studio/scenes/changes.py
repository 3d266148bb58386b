"""What a person changes in a scene: objects and their boxes. Each is one step of the clip's history.

steps.py has the frame of every change: one transaction, one revision, rows kept for undo, the pages told after.
"""

from __future__ import annotations

import math
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.db.models import Max
from django.utils import timezone

from studio.library.models import Video
from studio.scenes.errors import SceneFault
from studio.scenes.models import Prompt, Step, Subject
from studio.scenes.steps import (
    Kind,
    change,
    remove_masks,
    unrecorded,
    write_masks,
    write_prompt,
    write_subject,
)

__all__ = [
    "Kind", "add_subject", "change", "check_box", "delete_subject", "edit_subject", "new_subject", "remove_masks",
    "remove_prompt", "restore_subject", "set_prompt", "write_masks", "write_prompt", "write_subject",
]  # fmt: skip

COLORS = (  # stay apart for colour-blind people and on film
    "#4cc2ff", "#ffb000", "#7bd88f", "#ff6b8a", "#b48cff", "#f2e85c",
    "#ff8f4c", "#3ddbd9", "#e27cff", "#a3c644", "#d9a77c", "#8fa8ff",
)  # fmt: skip
MOST_SUBJECTS = 100
MIN_SIDE_PX = 4.0

Box = tuple[float, float, float, float]  # x, y, width, height in upright source pixels


def add_subject(
    video: Video,
    name: str = "",
    color: str = "",
    *,
    prompt: tuple[int, Box] | None = None,
    subject_id: UUID | None = None,
    person: User | None = None,
) -> Subject:
    """A new object of a clip, drawn on a frame if `prompt` says where. Raises SceneFault over 100, or for a bad box."""
    if prompt is not None:
        check_box(video, *prompt)
    with change(video.id, "New object", kind=Kind.OBJECT, person=person, frame=prompt and prompt[0]) as step:
        subject = new_subject(video.id, step, name, color, subject_id)
        step.title, step.subject = f"New object {subject.name}", subject
        if prompt is not None:
            write_prompt(subject.id, *prompt, step)
    return subject


def new_subject(video_id: UUID, step: Step, name: str = "", color: str = "", subject_id: UUID | None = None) -> Subject:
    """A new object as part of a step, under an id that is free or a new one. Raises SceneFault over 100."""
    known = Subject.objects.filter(video_id=video_id)
    if known.filter(deleted_at=None).count() >= MOST_SUBJECTS:
        raise SceneFault("too-many-objects", f"A clip can have {MOST_SUBJECTS} objects at most.")
    number = (known.aggregate(most=Max("number"))["most"] or 0) + 1
    subject = Subject(
        id=subject_id or uuid4(),
        video_id=video_id,
        number=number,
        name=name or f"object {number}",
        color=color or COLORS[(number - 1) % len(COLORS)],
    )
    write_subject(subject, step)
    return subject


def edit_subject(
    subject: Subject,
    *,
    name: str | None = None,
    color: str | None = None,
    visible: bool | None = None,
    person: User | None = None,
) -> Subject:
    """Change name, color or visible; None leaves as it is. What is shown is a matter of the eye: no step of its own."""
    if visible is not None:
        with unrecorded(subject.video_id) as revision:
            subject.visible, subject.revision = visible, revision
            subject.save(update_fields=["visible", "revision"])
    if name is None and color is None:
        return subject
    title = f"Rename {subject.name} to {name}" if name is not None else f"Colour of {subject.name}"
    with change(subject.video_id, title, kind=Kind.OBJECT, person=person, subject=subject) as step:
        write_subject(subject, step, name=name or subject.name, color=color or subject.color)
    return subject


def delete_subject(subject: Subject, person: User | None = None) -> Subject:
    """Hide it; its prompts and masks stay, for restore_subject and for undo."""
    title = f"Delete {subject.name}"
    with change(subject.video_id, title, kind=Kind.OBJECT, person=person, subject=subject) as step:
        write_subject(subject, step, deleted_at=timezone.now())
    return subject


def restore_subject(subject: Subject, person: User | None = None) -> Subject:
    """Bring back a deleted one: its boxes and masks are told to the pages again."""
    title = f"Bring back {subject.name}"
    with change(subject.video_id, title, kind=Kind.OBJECT, person=person, subject=subject) as step:
        write_subject(subject, step, deleted_at=None)
    return subject


def set_prompt(subject: Subject, frame: int, box: Box, person: User | None = None) -> Prompt:
    """Draw or replace the box of a frame. Raises SceneFault for a frame or box outside the clip, or under 4 px."""
    check_box(subject.video, frame, box)
    title = f"Box on {subject.name}, frame {frame}"
    with change(subject.video_id, title, kind=Kind.BOX, person=person, subject=subject, frame=frame) as step:
        return write_prompt(subject.id, frame, box, step)


def remove_prompt(prompt: Prompt, person: User | None = None) -> Prompt:
    """Take a box away; masks that were tracked from it stay until the next run."""
    subject, frame = prompt.subject, prompt.frame
    title = f"Delete box of {subject.name}, frame {frame}"
    with change(subject.video_id, title, kind=Kind.BOX, person=person, subject=subject, frame=frame) as step:
        return write_prompt(subject.id, frame, None, step)


def check_box(video: Video, frame: int, box: tuple[float, float, float, float]) -> None:
    """Raise SceneFault unless a track can start from this box on this frame."""
    if not 0 <= frame < video.frame_count:
        raise SceneFault("no-such-frame", f"Frame {frame} is not in a clip of {video.frame_count} frames.")
    x, y, width, height = box
    if not all(math.isfinite(value) for value in box):
        raise SceneFault("bad-box", "A box is four finite numbers.")
    if width < MIN_SIDE_PX or height < MIN_SIDE_PX:
        raise SceneFault("bad-box", f"A box must be at least 4 x 4 px, this one is {width:.0f} x {height:.0f}.")
    if x < 0 or y < 0 or x + width > video.width or y + height > video.height:
        raise SceneFault("bad-box", f"The box reaches outside the picture of {video.width} x {video.height} px.")
