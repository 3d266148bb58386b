"""Masks that are made ready beside a scene, in as many transactions as it takes, and put into it in one short one.

A database that has one writer at a time, as SQLite has, is held only while rows are copied within it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from contextlib import contextmanager
from uuid import UUID

from django.db import connection, transaction
from django.db.models import UUIDField

from studio.scenes.models import Found, KeptMask, Mask, PreparedMask, Removal, Step
from studio.scenes.steps import ROW_BYTES, grow, size_of_kept, spans

ROWS_AT_ONCE = 1000  # taken away in one transaction

_VALUES = tuple(Found.VALUES)


def prepare(masks: Sequence[PreparedMask]) -> None:
    """Keep some masks where nobody sees them, in a transaction of their own, and make room for those of others."""
    with _making_room(), transaction.atomic():
        PreparedMask.objects.bulk_create(masks)


def put_prepared(owner: UUID, place: int, subject_id: UUID, step: Step) -> None:
    """Copy the masks that were prepared under this owner and place to a subject that has none, inside the step."""
    kept, masks, ready = (_table(model) for model in (KeptMask, Mask, PreparedMask))
    key = [_uuid(owner), place]
    nothing = ["FALSE", "%s", "0", "0", "'[]'", "0", "NULL", "FALSE"]  # there, and the values
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {kept} (step_id, subject_id, frame, there, {', '.join(_VALUES)}) "  # noqa: S608  our own names
            f"SELECT %s, %s, frame, {', '.join(nothing)} FROM {ready} WHERE owner = %s AND place = %s AND NOT EXISTS "
            f"(SELECT 1 FROM {kept} k WHERE k.step_id = %s AND k.subject_id = %s AND k.frame = {ready}.frame)",
            [step.pk, _uuid(subject_id), b"", *key, step.pk, _uuid(subject_id)],
        )
        grow(step, cursor.rowcount * ROW_BYTES)
        cursor.execute(
            f"INSERT INTO {masks} (subject_id, frame, revision, {', '.join(_VALUES)}) "  # noqa: S608  our own names
            f"SELECT %s, frame, %s, {', '.join(_VALUES)} FROM {ready} WHERE owner = %s AND place = %s ORDER BY frame",
            [_uuid(subject_id), step.revision, *key],
        )


def take_all(subject_id: UUID, step: Step) -> None:
    """Take away all masks of a subject, inside the step's transaction in which nothing of it was changed yet."""
    standing = Mask.objects.filter(subject_id=subject_id)
    frames = list(standing.order_by("frame").values_list("frame", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_table(KeptMask)} (step_id, subject_id, frame, there, {', '.join(_VALUES)}) "  # noqa: S608
            f"SELECT %s, subject_id, frame, TRUE, {', '.join(_VALUES)} FROM {_table(Mask)} WHERE subject_id = %s",
            [step.pk, _uuid(subject_id)],
        )
    grow(step, size_of_kept(step, subject_id))
    standing.delete()
    Removal.objects.bulk_create(
        Removal(subject_id=subject, first=first, last=last, revision=step.revision)
        for subject, first, last in spans((subject_id, frame) for frame in frames)
    )


def drop_prepared(owner: UUID) -> None:
    """Forget what was prepared under this owner, some at a time."""
    _drop([owner])


def drop_prepared_but(living: Callable[[], Set[UUID]]) -> None:
    """Forget what was prepared under others than the living: nobody comes back for it.

    They are asked for after what is there was looked at: whoever begins meanwhile is not in it.
    """
    known = set(PreparedMask.objects.order_by().values_list("owner", flat=True).distinct())
    _drop(known - living())


def _drop(owners: Iterable[UUID]) -> None:
    for owner in owners:
        there = PreparedMask.objects.filter(owner=owner).order_by()
        while keys := list(there.values_list("pk", flat=True)[:ROWS_AT_ONCE]):
            with _making_room():
                PreparedMask.objects.filter(pk__gte=min(keys), pk__lte=max(keys), owner=owner).delete()


@contextmanager
def _making_room() -> Iterator[None]:
    """Rest afterwards for as long as it took.

    Whoever waits for SQLite is in no queue: it looks again and again, at last every 100 ms, and finds a database that
    is written to without pause always taken.
    """
    began = time.monotonic()
    yield
    if connection.vendor == "sqlite":
        time.sleep(time.monotonic() - began)


def _table(model: type[Found]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _uuid(value: UUID) -> str | UUID:
    """As the database keeps it."""
    kept: str | UUID = UUIDField().get_db_prep_value(value, connection)
    return kept
