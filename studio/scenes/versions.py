"""Versions of an object: all its masks as they stood, under a name. A restored one is a step of the history.

A finished run leaves one of each object it followed by itself; the oldest of those go.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Count, Model, QuerySet, Sum
from django.db.models.functions import Length

from studio.scenes.errors import SceneFault
from studio.scenes.models import Found, Mask, Step, Subject, Version, VersionMask
from studio.scenes.steps import (
    FRAMES_AT_ONCE,
    ROW_BYTES,
    Kind,
    change,
    remove_frames,
    standing_masks,
    values_of_mask,
    write_masks,
)

MOST_NAMED = 50  # of an object
KEPT_OF_RUNS = 10  # of an object
_SOURCE = "source"  # what the copied rows are called in the statement


def save_version(subject: Subject, name: str, person: User | None = None) -> Version:
    """Keep the object's masks as they stand. Raises SceneFault when it has none, or 50 named versions already."""
    with transaction.atomic():
        if subject.versions.filter(of_run=None).count() >= MOST_NAMED:
            raise SceneFault(
                "too-many-versions", f"An object can have {MOST_NAMED} versions at most: delete one first."
            )
        version = Version.objects.create(subject=subject, name=name, person=person)
        _copy(version)
        if not version.frames:
            raise SceneFault("nothing-to-save", f"{subject.name} has no masks to keep as a version.")
    return version


def keep_run(subjects: Collection[UUID], run_id: UUID, name: str) -> None:
    """Keep what a run left of its objects, once however often it is asked, and let the oldest of those go."""
    for subject in Subject.objects.filter(pk__in=subjects, deleted_at=None):
        with transaction.atomic():
            version, fresh = Version.objects.get_or_create(subject=subject, of_run=run_id, defaults={"name": name})
            if fresh:
                _copy(version)
            _let_go(subject)


def restore_version(version: Version, person: User | None = None) -> Step:
    """Make the version's masks stand, and no others of its object: one step, without tracking. Its boxes stay."""
    subject = version.subject
    title = f"Restore {version.name} of {subject.name}"
    with change(subject.video_id, title, kind=Kind.VERSION, person=person, subject=subject) as step:
        kept = version.masks.values_list("frame", flat=True)
        remove_frames(subject.id, list(subject.masks.exclude(frame__in=kept).values_list("frame", flat=True)), step)
        for part in _parts(version):
            standing = standing_masks((subject.id, row.frame) for row in part)
            other = [row for row in part if not _same(row, standing.get((subject.id, row.frame)))]
            write_masks([Mask(subject=subject, frame=row.frame, **values_of_mask(row)) for row in other], step)
    return step


def masks_of(version: Version, first: int, last: int) -> Iterator[Mask]:
    """The version's masks of these frames as the masks they were, unsaved, in order."""
    for row in version.masks.filter(frame__range=(first, last)).order_by("frame").iterator(chunk_size=200):
        yield Mask(subject_id=version.subject_id, frame=row.frame, revision=0, **values_of_mask(row))


def _copy(version: Version) -> None:
    """Copy the object's masks within the database: a hundred thousand need not pass through here."""
    columns = ["frame", *Found.VALUES]
    source = Mask.objects.filter(subject_id=version.subject_id).order_by("frame").values(*columns)
    select, params = source.query.sql_with_params()
    quoted = ", ".join(_column(VersionMask, name) for name in columns)
    into = f"{connection.ops.quote_name(VersionMask._meta.db_table)} ({_column(VersionMask, 'version')}, {quoted})"
    key = Version._meta.pk.get_db_prep_value(version.pk, connection)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {into} SELECT %s, {_SOURCE}.* FROM ({select}) {_SOURCE}", [key, *params])  # noqa: S608 - names of our own columns, and what the ORM compiled
    counted = version.masks.aggregate(frames=Count("pk"), size_bytes=Sum(Length("counts")))
    version.frames = counted["frames"]
    version.size_bytes = (counted["size_bytes"] or 0) + ROW_BYTES * version.frames
    version.save(update_fields=["frames", "size_bytes"])


def _column(model: type[Model], name: str) -> str:
    field = model._meta.get_field(name)
    return connection.ops.quote_name(str(getattr(field, "column", name)))


def _let_go(subject: Subject) -> None:
    """Delete the versions of runs over ten of an object, and those over what a clip's may take; the newest stays."""
    runs: QuerySet[Version] = Version.objects.exclude(of_run=None).order_by("-created")
    gone = [version.pk for version in runs.filter(subject=subject)[KEPT_OF_RUNS:]]
    left, newest = settings.STUDIO_HISTORY_MB * 1024**2, set[UUID]()
    for version in runs.filter(subject__video_id=subject.video_id).exclude(pk__in=gone):
        left -= version.size_bytes
        if left < 0 and version.subject_id in newest:
            gone.append(version.pk)
        newest.add(version.subject_id)
    Version.objects.filter(pk__in=gone).delete()


def _parts(version: Version) -> Iterator[list[VersionMask]]:
    last = -1
    while part := list(version.masks.filter(frame__gt=last).order_by("frame")[:FRAMES_AT_ONCE]):
        yield part
        last = part[-1].frame


def _same(row: VersionMask, mask: Mask | None) -> bool:
    return mask is not None and all(getattr(row, name) == getattr(mask, name) for name in Found.VALUES)
