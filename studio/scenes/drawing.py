"""Masks that a person drew: checked, kept as key frames, one step of the clip for each stroke."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User

from studio.library.models import Video
from studio.media import rle
from studio.media.errors import BadMask
from studio.scenes.changes import Kind, change, write_masks
from studio.scenes.errors import SceneFault
from studio.scenes.models import Mask, Subject


@dataclass(frozen=True, slots=True)
class Drawn:
    """A mask from outside: the size it says it has, and COCO's compressed counts."""

    height: int
    width: int
    counts: str


def draw_mask(subject: Subject, frame: int, drawn: Drawn, person: User | None = None) -> Mask:
    """Put a drawn mask in place of what stands on a frame: EDITED, or ABSENT where nothing was left of it.

    Raises SceneFault for a frame outside the clip, another size than the picture's, and counts that are no mask of it.
    """
    row = mask_of(subject, frame, drawn)
    title = f"Drawing on {subject.name}, frame {frame}"
    with change(subject.video_id, title, kind=Kind.DRAWING, person=person, subject=subject, frame=frame) as step:
        write_masks([row], step)
    return row


def mask_of(subject: Subject, frame: int, drawn: Drawn) -> Mask:
    """The row of a drawn mask, not yet written. Raises SceneFault."""
    video = subject.video
    if not 0 <= frame < video.frame_count:
        raise SceneFault("no-such-frame", f"Frame {frame} is not in a clip of {video.frame_count} frames.")
    bits = _bits(video, drawn)
    area = int(bits.sum())
    return Mask(
        subject=subject,
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
