"""Where a following crop looks, told before it is made: the same way as the film's, of the boxes alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from pycocotools import mask as coco

from studio.exports.effects import crop
from studio.exports.effects.follow import Boxes, Window
from studio.exports.kinds import parse_wish
from studio.exports.options import Options
from studio.exports.service import check_content
from studio.exports.snapshot import chosen_subjects, masks_of
from studio.library.models import Video

_ROWS_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class _Clip:
    """What a clip's row knows of it; its file stays closed."""

    width: int
    height: int
    frame_rate: Fraction


def window_over(video: Video, given: Mapping[str, object]) -> tuple[Options, Window]:
    """The wish and its window. Raises SceneFault as request_export does."""
    wish = parse_wish(crop.name, given, video.frame_count)
    check_content(video, crop.name, wish)
    aspect = Fraction(video.pixel_aspect).limit_denominator(1000)
    return wish, crop.window_of(_boxes(video, wish), _Clip(video.width, video.height, _rate(video)), aspect, wish)


def _boxes(video: Video, wish: Options) -> Boxes:
    """[N, 4] left, top, right, bottom around all objects of each chosen frame, NaN where there are none."""
    boxes = np.full((len(wish.frames(video.frame_count)), 4), np.nan)
    rows = masks_of(chosen_subjects(video, wish), wish).values_list("frame", "counts")
    for frame, counts in rows.iterator(chunk_size=_ROWS_AT_ONCE):
        x, y, width, height = coco.toBbox({"size": [video.height, video.width], "counts": bytes(counts)})
        box = boxes[frame - wish.first_frame]
        box[:2] = np.fmin(box[:2], (x, y))
        box[2:] = np.fmax(box[2:], (x + width, y + height))
    return boxes


def _rate(video: Video) -> Fraction:
    """Frames a second, the average where it varies."""
    if video.frame_rate_num:
        return Fraction(video.frame_rate_num, video.frame_rate_den)
    return Fraction(video.frame_count / max(video.duration_s, 1e-3)).limit_denominator(1000)
