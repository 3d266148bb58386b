"""A key frame made of a mask: what was found, drawn or imported on a frame is tracked on from there."""

from __future__ import annotations

from django.contrib.auth.models import User
from pycocotools import mask as coco

from studio.scenes.changes import MIN_SIDE_PX, set_prompt
from studio.scenes.errors import SceneFault
from studio.scenes.models import Mask, Prompt, Subject


def prompt_from_mask(subject: Subject, frame: int, person: User | None = None) -> Prompt:
    """Draw the upright box around the mask of a frame. Raises SceneFault where there is none to see.

    A mask narrower than a box may be gets one of MIN_SIDE_PX about its middle, within the picture.
    """
    mask = Mask.objects.filter(subject=subject, frame=frame, area__gt=0).exclude(state__in=Mask.OUT_OF_SIGHT).first()
    if mask is None:
        raise SceneFault("no-mask", f"There is no mask of {subject.name} on frame {frame} to make a key frame of.")
    video = subject.video
    x, y, width, height = coco.toBbox({"size": [video.height, video.width], "counts": bytes(mask.counts)}).tolist()
    x, width = _wide_enough(x, width, video.width)
    y, height = _wide_enough(y, height, video.height)
    return set_prompt(subject, frame, (x, y, width, height), person)


def _wide_enough(start: float, length: float, most: int) -> tuple[float, float]:
    wanted = max(length, MIN_SIDE_PX)
    return min(max(start - (wanted - length) / 2, 0.0), most - wanted), wanted
