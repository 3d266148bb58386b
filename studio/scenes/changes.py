"""Every change to a scene: one transaction, one revision of the clip, rows stamped with it, the pages told after."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from studio.announce import announce, video_group
from studio.jobs.revisions import next_revision
from studio.library.models import Video
from studio.scenes.errors import SceneFault
from studio.scenes.models import Mask, Prompt, Removal, Subject

COLORS = (  # stay apart for colour-blind people and on film
    "#4cc2ff", "#ffb000", "#7bd88f", "#ff6b8a", "#b48cff", "#f2e85c",
    "#ff8f4c", "#3ddbd9", "#e27cff", "#a3c644", "#d9a77c", "#8fa8ff",
)  # fmt: skip
MOST_SUBJECTS = 100
MIN_SIDE_PX = 4.0


@contextmanager
def change(video_id: UUID) -> Iterator[int]:
    """The transaction of one change; yields the revision its rows take. Pages are told when it is committed."""
    with transaction.atomic():
        yield next_revision(video_id)
        transaction.on_commit(lambda: announce(video_group(video_id), {"type": "look", "video": str(video_id)}))


def add_subject(video: Video, name: str = "", color: str = "") -> Subject:
    """A new object of a clip. Raises SceneFault over 100."""
    with change(video.id) as revision:
        known = Subject.objects.filter(video=video)
        if known.filter(deleted_at=None).count() >= MOST_SUBJECTS:
            raise SceneFault("too-many-objects", f"A clip can have {MOST_SUBJECTS} objects at most.")
        number = (known.aggregate(most=Max("number"))["most"] or 0) + 1
        return Subject.objects.create(
            video=video,
            number=number,
            name=name or f"object {number}",
            color=color or COLORS[(number - 1) % len(COLORS)],
            revision=revision,
        )


def edit_subject(subject: Subject, **fields: object) -> Subject:
    """Change name, color or visible; None leaves as it is."""
    with change(subject.video_id) as revision:
        for name, value in fields.items():
            if value is not None:
                setattr(subject, name, value)
        subject.revision = revision
        subject.save(update_fields=["name", "color", "visible", "revision"])
    return subject


def delete_subject(subject: Subject) -> Subject:
    """Hide it; its prompts and masks stay, for restore_subject."""
    with change(subject.video_id) as revision:
        subject.deleted_at, subject.revision = timezone.now(), revision
        subject.save(update_fields=["deleted_at", "revision"])
    return subject


def restore_subject(subject: Subject) -> Subject:
    """Undo delete_subject: its masks are told to the pages again."""
    with change(subject.video_id) as revision:
        subject.deleted_at, subject.revision = None, revision
        subject.save(update_fields=["deleted_at", "revision"])
        subject.prompts.filter(deleted=False).update(revision=revision)
        subject.masks.update(revision=revision)
    return subject


def set_prompt(subject: Subject, frame: int, box: tuple[float, float, float, float]) -> Prompt:
    """Draw or replace the box of a frame. Raises SceneFault for a frame or box outside the clip, or under 4 px."""
    video = subject.video
    check_box(video, frame, box)
    x, y, width, height = box
    with change(video.id) as revision:
        values = {"x": x, "y": y, "width": width, "height": height, "deleted": False, "revision": revision}
        prompt, _ = Prompt.objects.update_or_create(subject=subject, frame=frame, defaults=values)
    return prompt


def remove_prompt(prompt: Prompt) -> Prompt:
    """Take a box away; masks that were tracked from it stay until the next run."""
    with change(prompt.subject.video_id) as revision:
        prompt.deleted, prompt.revision = True, revision
        prompt.save(update_fields=["deleted", "revision"])
    return prompt


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


def write_masks(masks: Iterable[Mask], revision: int) -> None:
    """Put masks in place of those of the same subject and frame; inside the transaction that gave the revision."""
    rows = list(masks)
    for row in rows:
        row.revision = revision
    Mask.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["subject", "frame"],
        update_fields=["counts", "area", "score", "rotated_box", "state", "run_id", "revision"],
    )


def remove_masks(subject_id: UUID, first: int, last: int, revision: int) -> None:
    """Take away a subject's masks of frames first..last; inside the transaction that gave the revision."""
    gone, _ = Mask.objects.filter(subject_id=subject_id, frame__gte=first, frame__lte=last).delete()
    if gone:
        Removal.objects.create(subject_id=subject_id, first=first, last=last, revision=revision)
