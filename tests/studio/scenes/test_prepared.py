"""Masks prepared beside a scene are nobody's until they are put into it, and then all of them, as one step."""

from uuid import uuid4

import pytest
from django.db import transaction

from studio.library.models import Video
from studio.scenes.changes import add_subject
from studio.scenes.history import redo, undo
from studio.scenes.models import KeptMask, Mask, PreparedMask, Removal, Subject
from studio.scenes.prepared import ROWS_AT_ONCE, drop_prepared, drop_prepared_but, prepare, put_prepared, take_all
from studio.scenes.steps import ROW_BYTES, change, write_masks

pytestmark = pytest.mark.django_db


def ready(owner, place: int, frames: range, counts: bytes = b"04") -> None:
    prepare([
        PreparedMask(
            owner=owner, place=place, frame=frame, counts=counts, area=4, score=0.5, rotated_box=[1.5] * 8, state=5,
            run_id=owner,
        )
        for frame in frames
    ])  # fmt: skip


def frames_of(subject: Subject) -> list[int]:
    return list(subject.masks.order_by("frame").values_list("frame", flat=True))


def test_what_is_prepared_is_in_no_scene_until_it_is_put_there(clip: Video):
    subject, other, owner = add_subject(clip), add_subject(clip), uuid4()
    ready(owner, 3, range(10))
    ready(owner, 4, range(20, 25))
    ready(uuid4(), 3, range(50, 60))
    assert Mask.objects.count() == 0

    with change(clip.id, "Put") as step:
        put_prepared(owner, 3, subject.id, step)
        put_prepared(owner, 4, other.id, step)

    assert (frames_of(subject), frames_of(other)) == ([*range(10)], [*range(20, 25)])
    mask = Mask.objects.get(subject=subject, frame=7)
    assert (bytes(mask.counts), mask.area, mask.score, mask.rotated_box, mask.state) == (b"04", 4, 0.5, [1.5] * 8, 5)
    assert (mask.run_id, mask.accepted, mask.revision) == (owner, False, step.revision)
    step.refresh_from_db()
    assert step.size_bytes == 15 * ROW_BYTES
    undo(clip)
    assert Mask.objects.count() == 0
    redo(clip)
    assert (frames_of(subject), frames_of(other)) == ([*range(10)], [*range(20, 25)])


def test_what_stood_is_taken_away_and_comes_back_when_that_is_undone(clip: Video):
    subject, owner = add_subject(clip), uuid4()
    with change(clip.id, "First") as step:
        write_masks(
            [
                Mask(subject=subject, frame=frame, counts=b"123", area=1, score=1.0, rotated_box=[0.0] * 8, state=1)
                for frame in (1, 2, 3, 8)
            ],
            step,
        )
    ready(owner, 0, range(2, 6))

    with change(clip.id, "Put") as step:
        take_all(subject.id, step)
        put_prepared(owner, 0, subject.id, step)

    assert frames_of(subject) == [2, 3, 4, 5]
    assert bytes(Mask.objects.get(subject=subject, frame=2).counts) == b"04"
    assert list(Removal.objects.filter(subject=subject).values_list("first", "last").order_by("first")) == [
        (1, 3),
        (8, 8),
    ]
    kept = KeptMask.objects.filter(step=step).order_by("frame").values_list("frame", "there")
    assert list(kept) == [(1, True), (2, True), (3, True), (4, False), (5, False), (8, True)]
    step.refresh_from_db()
    assert step.size_bytes == 6 * ROW_BYTES + 4 * len(b"123")
    undo(clip)
    assert frames_of(subject) == [1, 2, 3, 8]
    assert bytes(Mask.objects.get(subject=subject, frame=2).counts) == b"123"
    redo(clip)
    assert frames_of(subject) == [2, 3, 4, 5]


def test_a_transaction_that_fails_leaves_the_scene_as_it_was(clip: Video):
    subject, owner = add_subject(clip), uuid4()
    ready(owner, 0, range(5))

    with pytest.raises(ZeroDivisionError), transaction.atomic(), change(clip.id, "Put") as step:
        put_prepared(owner, 0, subject.id, step)
        raise ZeroDivisionError

    assert Mask.objects.count() == KeptMask.objects.count() == 0


def test_what_nobody_comes_back_for_is_forgotten():
    mine, theirs, dead = uuid4(), uuid4(), uuid4()
    for owner in (mine, theirs, dead):
        ready(owner, 0, range(ROWS_AT_ONCE + 5 if owner == dead else 5))

    drop_prepared_but(lambda: {mine, theirs})
    assert set(PreparedMask.objects.values_list("owner", flat=True)) == {mine, theirs}
    drop_prepared(mine)
    assert set(PreparedMask.objects.values_list("owner", flat=True)) == {theirs}
