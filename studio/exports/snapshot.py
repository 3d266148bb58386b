"""The masks of a clip as they stand now, cut once: what changes later is in another export."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from django.db.models import Max, QuerySet

from studio.exports.options import Options
from studio.exports.spool import Found, spool
from studio.exports.tracks import Track
from studio.library.models import Video
from studio.scenes.models import Mask, Prompt, Removal, Subject

_ROWS_AT_ONCE = 500


def scene_revision(video: Video) -> int:
    """The newest revision of what exports are made of: objects, boxes and masks. Jobs and titles do not count."""
    subjects = Subject.objects.filter(video=video)
    newest = [
        subjects.aggregate(most=Max("revision"))["most"],
        Prompt.objects.filter(subject__video=video).aggregate(most=Max("revision"))["most"],
        Removal.objects.filter(subject__video=video).aggregate(most=Max("revision"))["most"],
        # one query an object: each reads the end of its index
        *(
            Mask.objects.filter(subject_id=subject).aggregate(most=Max("revision"))["most"]
            for subject in subjects.values_list("id", flat=True)
        ),
    ]
    return max((revision for revision in newest if revision is not None), default=0)


def chosen_subjects(video: Video, options: Options) -> QuerySet[Subject]:
    """The objects of an export: those that are named, hidden or not, or else those that are shown."""
    subjects = Subject.objects.filter(video=video, deleted_at=None)
    return subjects.filter(visible=True) if options.objects is None else subjects.filter(number__in=options.objects)


def masks_of(subjects: Iterable[Subject], options: Options) -> QuerySet[Mask]:
    """The masks of these objects within the chosen range; where an object was lost or has no pixel, it is absent."""
    masks = Mask.objects.filter(subject__in=list(subjects), area__gt=0, frame__gte=options.first_frame)
    masks = masks.exclude(state__in=Mask.OUT_OF_SIGHT)
    return masks if options.last_frame is None else masks.filter(frame__lte=options.last_frame)


def tracks_of(subjects: Iterable[Subject]) -> tuple[Track, ...]:
    """The objects as formats see them, in the order of their numbers."""
    return tuple(
        Track(subject.number, subject.name, _rgb(subject.color))
        for subject in sorted(subjects, key=lambda subject: subject.number)
    )


def spool_masks(video: Video, subjects: Iterable[Subject], options: Options, path: Path) -> None:
    """Copy the masks to a file. One statement reads them all, so they are of one moment."""
    spool(_found(video, list(subjects), options), path)


def _found(video: Video, subjects: list[Subject], options: Options) -> Iterator[Found]:
    wanted = options.frames(video.frame_count)
    columns = ("frame", "subject__number", "counts", "area", "score", "rotated_box", "state")
    rows = masks_of(subjects, options).order_by("frame", "subject__number").values_list(*columns)
    for frame, number, counts, area, score, corners, state in rows.iterator(chunk_size=_ROWS_AT_ONCE):
        if frame in wanted:
            yield Found(
                frame=frame,
                number=number,
                width=video.width,
                height=video.height,
                counts=bytes(counts),
                area=area,
                score=score,
                corners=tuple(corners),
                state=Mask.State(state).label,
            )


def _rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
