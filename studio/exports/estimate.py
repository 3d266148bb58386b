"""How large a file will be, told before it is made: from the masks' run lengths and the clip's proxy, nothing decoded.

The figures are measured: `benchmarks/exports.py` prints what each format writes beside what is estimated here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import Count, F, FloatField, Func, Sum

from studio.exports import project
from studio.exports.effects import EFFECTS
from studio.exports.kinds import parse_wish
from studio.exports.options import Options
from studio.exports.service import check_content
from studio.exports.snapshot import chosen_subjects, masks_of
from studio.library.errors import NotFound
from studio.library.files import PROXY, key_of
from studio.library.models import Video
from studio.library.store import store
from studio.media.proxy import PROXY_SIDE
from studio.scenes.models import Mask


@dataclass(frozen=True, slots=True)
class Estimate:
    """About what a file will be."""

    byte_size: int
    frames: int
    masks: int


@dataclass(frozen=True, slots=True)
class Weight:
    """Bytes of an annotation format in its zip."""

    mask: float  # each
    run: float  # a byte of run lengths
    frame: float  # each


HEAD_BYTES = 1500  # of a zip, with its manifest
FRAME_BYTES = 4  # of a frame in the manifest
WEIGHTS: Mapping[str, Weight] = {
    "coco": Weight(45, 0.47, 12),
    "youtube-vis": Weight(30, 1.2, 2),
    "youtube-vos": Weight(90, 1.9, 330),
    "davis": Weight(90, 1.9, 330),
    "mots": Weight(100, 2.85, 330),
    "mot": Weight(16, 0, 1),
    "cvat-video": Weight(60, 2.0, 0),
    "cvat-images": Weight(60, 0.87, 20),
    "yolo": Weight(120, 2.15, 260),
    "labelme": Weight(330, 0.92, 300),
    "vot": Weight(45, 0, 1),
    "datumaro": Weight(45, 0.47, 20),
    "csv": Weight(45, 0, 0),
    "project": Weight(70, 0.47, 0),
}
JPEG_BITS = 2.2  # a pixel at quality 95
PRORES_BITS = 6.0  # a pixel of ProRes 4444
PNG_BYTES = 2.4  # a pixel of a cut-out that is there
PROXY_BITS = 0.08  # a pixel, where there is no proxy to go by
SOUND_BYTES = 16_000  # a second
# a film's bytes to its proxy's, at equal size
RELATIVE: Mapping[str, float] = {"matte": 0.2, "background": 0.6, "cutout": 0.6, "grid": 0.8, "blur": 0.9}
QUALITY: Mapping[str, float] = {"high": 1.7, "good": 0.9, "small": 0.5}  # the proxy's is a little above good


def estimate(video: Video, format: str, given: Mapping[str, object]) -> Estimate:  # noqa: A002  the API's word
    """What a wish would make. Raises SceneFault as request_export does, and makes nothing."""
    wish = parse_wish(format, given, video.frame_count)
    check_content(video, format, wish)
    if format == project.name:
        masks = Mask.objects.filter(subject__in=project.subjects_of(video, wish))
    else:
        masks = masks_of(chosen_subjects(video, wish), wish)
    masks = masks.annotate(length=_length())
    told = masks.aggregate(count=Count("*"), runs=Sum("length"), pixels=Sum("area"))
    runs, pixels = told["runs"] or 0.0, told["pixels"] or 0
    frames, count = len(wish.frames(video.frame_count)), -(-told["count"] // wish.every)
    if format in EFFECTS:
        size = _film(video, format, wish, frames, pixels)
    else:
        size = annotation_bytes(format, count, runs / wish.every, frames)
        if format == "vot" and wish.region == "mask":
            size += runs / wish.every
        if wish.images:
            size += frames * video.width * video.height * JPEG_BITS / 8
    return Estimate(round(size), frames, count)


def annotation_bytes(format: str, masks: int, runs: float, frames: int) -> float:  # noqa: A002
    """The size of a zip of so many masks, whose compressed run lengths are `runs` bytes together."""
    weight = WEIGHTS[format]
    return HEAD_BYTES + masks * weight.mask + runs * weight.run + frames * (weight.frame + FRAME_BYTES)


def _film(video: Video, format: str, wish: Options, frames: int, pixels: int) -> float:  # noqa: A002
    seconds = float(Fraction(frames, max(video.frame_count, 1))) * video.duration_s
    sound = SOUND_BYTES * seconds if video.has_sound and wish.sound else 0.0
    area = video.width * video.height
    if format == "cutout" and wish.container == "png":
        return HEAD_BYTES + pixels * PNG_BYTES + frames * 300
    if format == "cutout" and wish.container == "mov":
        return sound + frames * area * PRORES_BITS / 8
    return sound + _proxy_bytes(video) * frames * RELATIVE.get(format, 1.0) * QUALITY[wish.quality]


def _proxy_bytes(video: Video) -> float:
    """Of a frame, at the clip's own size: a larger picture of the same has fewer bits a pixel."""
    area = video.width * video.height
    try:
        size = store().look(key_of(video, PROXY)).size
    except NotFound:
        return area * PROXY_BITS / 8
    ratio = max(1.0, max(video.width, video.height) / PROXY_SIDE)
    return float(size / max(video.frame_count, 1) * ratio**1.5)


def _length() -> Func:
    return Func(F("counts"), function="LENGTH", output_field=FloatField())
