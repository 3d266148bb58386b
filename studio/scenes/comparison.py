"""How a scene differs from what it was before one of its steps, or an object from one of its versions.

That is the masks of then, and how far they agree with those of now.

A step keeps what it replaced. So what stood before a step is, for each frame of an object, what the earliest step from
there on has kept of it; a frame that no step touched stands as it did.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from uuid import UUID

from django.db.models import Max, QuerySet
from pycocotools import mask as coco

from studio.scenes.models import Found, KeptMask, Mask, Step, Version
from studio.scenes.steps import Key, values_of_mask

FRAMES_AT_ONCE = 500  # rows in memory


def masks_before(step: Step, subjects: Collection[UUID], first: int, last: int) -> Iterator[Mask]:
    """Rows that are not stored: the objects' masks of frames first..last as they stood before the step, by frame."""
    kept = _earliest(_kept_since(step, subjects).filter(frame__range=(first, last)))
    standing = Mask.objects.filter(subject__in=subjects, frame__range=(first, last))
    found: dict[Key, Found] = {(row.subject_id, row.frame): row for row in standing.iterator(chunk_size=FRAMES_AT_ONCE)}
    for key, row in kept.items():
        if row.there:
            found[key] = row
        else:
            found.pop(key, None)
    for key in sorted(found, key=lambda key: (key[1], key[0])):
        subject_id, frame = key
        yield Mask(subject_id=subject_id, frame=frame, revision=step.revision, **values_of_mask(found[key]))


def agreement(step: Step, subject_id: UUID, size: tuple[int, int]) -> list[tuple[int, float]]:
    """Frames that the step or a later one touched, in their order, with the overlap of then and now, 0..1.

    `size` is the picture's height and width. Two frames without the object agree; one with and one without do not.
    """
    touched = _kept_since(step, [subject_id])
    frames = sorted(set(touched.values_list("frame", flat=True)))
    found: list[tuple[int, float]] = []
    for at in range(0, len(frames), FRAMES_AT_ONCE):
        part = frames[at : at + FRAMES_AT_ONCE]
        bounds = {"frame__range": (part[0], part[-1])}
        kept = _earliest(touched.filter(**bounds))
        now = {row.frame: row for row in Mask.objects.filter(subject=subject_id, **bounds)}
        for frame in part:
            then = kept[subject_id, frame]
            found.append((frame, _overlap(then if then.there else None, now.get(frame), size)))
    return found


def agreement_with(version: Version, size: tuple[int, int]) -> list[tuple[int, float]]:
    """Frames in which the object's mask is not the version's, in their order, with the overlap of the two, 0..1.

    `size` is the picture's height and width. A frame where one of them has the object and the other has not is 0.
    """
    rows = (version.masks.all(), Mask.objects.filter(subject=version.subject_id))
    last = max((frame for frame in (kind.aggregate(Max("frame"))["frame__max"] for kind in rows) if frame), default=0)
    found: list[tuple[int, float]] = []
    for first in range(0, last + 1, FRAMES_AT_ONCE):
        bounds = (first, first + FRAMES_AT_ONCE - 1)
        then, now = ({row.frame: row for row in kind.filter(frame__range=bounds)} for kind in rows)
        for frame in sorted(then.keys() | now.keys()):
            one, other = then.get(frame), now.get(frame)
            if _pixels(one) != _pixels(other):
                found.append((frame, _overlap(one, other, size)))
    return found


def _kept_since(step: Step, subjects: Collection[UUID]) -> QuerySet[KeptMask]:
    """What this step and later ones that stand have kept, earliest first."""
    rows = KeptMask.objects.filter(subject__in=subjects, step__video=step.video_id, step__undone=False)
    return rows.filter(step__ordinal__gte=step.ordinal).order_by("step__ordinal")


def _earliest(rows: Iterable[KeptMask]) -> dict[Key, KeptMask]:
    found: dict[Key, KeptMask] = {}
    for row in rows:
        found.setdefault((row.subject_id, row.frame), row)
    return found


def _overlap(then: Found | None, now: Found | None, size: tuple[int, int]) -> float:
    """Intersection over union of two masks, from their run lengths."""
    one, other = _pixels(then), _pixels(now)
    if not one or not other:
        return 1.0 if one == other else 0.0
    overlap = coco.iou([{"size": list(size), "counts": one}], [{"size": list(size), "counts": other}], [0])
    return float(overlap[0, 0])


def _pixels(row: Found | None) -> bytes:
    """The run lengths of a mask; empty where there is none, or nothing in it."""
    return bytes(row.counts) if row is not None and row.area else b""
