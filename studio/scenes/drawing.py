"""Masks that a person drew: checked, kept as key frames, one step of the clip for each stroke."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import User

from studio.library.models import Video
from studio.media import rle
from studio.media.errors import BadMask
from studio.scenes.changes import Kind, change, new_subject, write_masks
from studio.scenes.errors import SceneFault
from studio.scenes.models import Mask, Subject


@dataclass(frozen=True, slots=True)
class Drawn:
    """A mask from outside: the size it says it has, and COCO's compressed counts."""

    height: int
    width: int
    counts: str
    tool: str = ""  # what it was drawn with, for the step's title

    def title(self, name: str, frame: int) -> str:
        """The step's, as a person reads it."""
        return f"{self.tool.capitalize() or 'Drawing'} on {name}, frame {frame}"


def add_drawn_subject(
    video: Video,
    frame: int,
    drawn: Drawn,
    *,
    name: str = "",
    color: str = "",
    subject_id: UUID | None = None,
    person: User | None = None,
) -> Subject:
    """A new object and the mask it begins with, as one step. Raises SceneFault as draw_mask, and over 100 objects."""
    row = mask_of(video, frame, drawn)
    with change(video.id, "New object", kind=Kind.DRAWING, person=person, frame=frame) as step:
        subject = new_subject(video.id, step, name, color, subject_id)
        step.title, step.subject = f"New object {subject.name}, drawn in frame {frame}", subject
        row.subject = subject
        write_masks([row], step)
    return subject


def draw_mask(subject: Subject, frame: int, drawn: Drawn, person: User | None = None) -> Mask:
    """Put a drawn mask in place of what stands on a frame: EDITED, or ABSENT where nothing was left of it.

    What stands there already is not drawn again: a page that heard no answer may send it twice.

    Raises SceneFault for a frame outside the clip, another size than the picture's, and counts that are no mask of it.
    """
    row = mask_of(subject.video, frame, drawn)
    held = Mask.objects.filter(subject=subject, frame=frame).first()
    if held is not None and (bytes(held.counts), held.state) == (row.counts, row.state):
        return held
    row.subject = subject
    title = drawn.title(subject.name, frame)
    with change(subject.video_id, title, kind=Kind.DRAWING, person=person, subject=subject, frame=frame) as step:
        write_masks([row], step)
    return Mask.objects.get(subject=subject, frame=frame)


def mask_of(video: Video, frame: int, drawn: Drawn) -> Mask:
    """The row of a drawn mask, of no object yet and not written. Raises SceneFault."""
    if not 0 <= frame < video.frame_count:
        raise SceneFault("no-such-frame", f"Frame {frame} is not in a clip of {video.frame_count} frames.")
    bits = _bits(video, drawn)
    area = int(bits.sum())
    return Mask(
        frame=frame,
        counts=rle.encode(bits) if area else b"",
        area=area,
        score=1.0,
        rotated_box=rle.rotated_box(bits),
        state=Mask.State.EDITED if area else Mask.State.ABSENT,
    )


def _bits(video: Video, drawn: Drawn) -> rle.Bits:
    if (drawn.height, drawn.width) != (video.height, video.width):
        said, is_ = f"{drawn.width} x {drawn.height}", f"{video.width} x {video.height}"
        raise SceneFault("bad-mask", f"The mask is {said} px, and the picture {is_}.")
    try:
        return rle.decode(drawn.counts.encode("ascii", "replace"), drawn.height, drawn.width)
    except BadMask as fault:
        raise SceneFault(fault.code, str(fault)) from fault
