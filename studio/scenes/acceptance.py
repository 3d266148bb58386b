"""A person says that frames are right: they leave the review queue until something writes their masks anew."""

from __future__ import annotations

from django.contrib.auth.models import User

from studio.scenes.errors import SceneFault
from studio.scenes.models import Mask, Subject
from studio.scenes.steps import Kind, change, write_masks


def accept(subject: Subject, first: int, last: int, person: User | None = None) -> int:
    """Accept the masks of frames first..last, both included, as one step; returns how many were not accepted before.

    Raises SceneFault outside the clip.
    """
    frames = subject.video.frame_count
    if not 0 <= first <= last < frames:
        raise SceneFault("no-such-frame", f"Frames {first} to {last} are not in a clip of {frames} frames.")
    where = f"frame {first}" if first == last else f"frames {first} to {last}"
    title = f"Accept {subject.name}, {where}"
    with change(subject.video_id, title, kind=Kind.REVIEW, person=person, subject=subject, frame=first) as step:
        masks = list(Mask.objects.filter(subject=subject, frame__range=(first, last), accepted=False))
        for mask in masks:
            mask.accepted = True
        write_masks(masks, step)
    return len(masks)
