"""What a scene was before a step, and how far it agrees with what it is."""

from __future__ import annotations

import msgpack
import numpy as np
import pytest
from django.test import Client

from studio.media.rle import decode, encode
from studio.scenes.changes import add_subject, change, remove_masks, write_masks
from studio.scenes.models import Mask, Step, Subject

SIZE = (360, 640)  # height, width, as the clip of these tests has it


def block(left: int, width: int = 40) -> bytes:
    """A mask of `width` x 20 px whose left edge is there."""
    bits = np.zeros(SIZE, np.uint8)
    bits[100:120, left : left + width] = 1
    return encode(bits)


def put(subject: Subject, frames: range, counts: bytes, title: str) -> int:
    """Write one mask into all these frames; returns the step's ordinal."""
    with change(subject.video_id, title) as step:
        rows = (
            Mask(
                subject=subject,
                frame=frame,
                counts=counts,
                area=int(decode(counts, *SIZE).sum()),
                score=0.9,
                rotated_box=[],
                state=1,
            )
            for frame in frames
        )
        write_masks(rows, step)
        return int(step.ordinal)


@pytest.fixture
def cat(scene) -> Subject:
    return add_subject(scene.video, "cat")


def then(page: Client, scene, ordinal: int, first: int = 0, last: int = 49) -> dict[int, bytes]:
    path = f"/api/videos/{scene.video.id}/history/{ordinal}/masks?first={first}&last={last}"
    told = msgpack.unpackb(page.get(path).content)
    return {mask["frame"]: mask["counts"] for mask in told["masks"] if mask["subject"] != str(scene.subject.id)}


def agreed(page: Client, scene, ordinal: int, subject: Subject) -> list[list[int]]:
    path = f"/api/videos/{scene.video.id}/history/{ordinal}/agreement?subject={subject.id}"
    return list(page.get(path).json()["frames"])


def test_before_a_step_stands_what_it_replaced_and_what_later_steps_replaced(page: Client, scene, cat: Subject):
    one, two, three = block(100), block(110), block(200)
    first = put(cat, range(10, 14), one, "first")
    second = put(cat, range(11, 13), two, "second")
    third = put(cat, range(12, 16), three, "third")

    assert then(page, scene, first) == {}
    assert then(page, scene, second) == {10: one, 11: one, 12: one, 13: one}
    assert then(page, scene, third) == {10: one, 11: two, 12: two, 13: one}
    assert then(page, scene, third, 11, 12) == {11: two, 12: two}


def test_masks_that_a_step_took_away_were_there_before_it(page: Client, scene, cat: Subject):
    put(cat, range(10, 14), block(100), "first")
    with change(scene.video.id, "remove") as step:
        remove_masks(cat.id, 11, 12, step)

    assert sorted(then(page, scene, step.ordinal)) == [10, 11, 12, 13]
    assert agreed(page, scene, step.ordinal, cat) == [[11, 0], [12, 0]]


def test_agreement_is_the_overlap_of_then_and_now_in_the_frames_that_changed(page: Client, scene, cat: Subject):
    put(cat, range(10, 20), block(100), "first")
    ordinal = put(cat, range(12, 14), block(110), "moved by a quarter")
    put(cat, range(14, 15), block(100), "the same again")

    # 30 of 50 columns are shared
    assert agreed(page, scene, ordinal, cat) == [[12, 60], [13, 60], [14, 100]]
    assert agreed(page, scene, ordinal, scene.subject) == []


def test_what_was_undone_does_not_count(page: Client, scene, cat: Subject):
    one = block(100)
    put(cat, range(10, 12), one, "first")
    second = put(cat, range(10, 12), block(150), "second")
    put(cat, range(10, 12), block(200), "third")
    page.post(f"/api/videos/{scene.video.id}/undo", {}, content_type="application/json")

    assert then(page, scene, second) == {10: one, 11: one}


def test_agreement_with_a_version_is_the_overlap_in_the_frames_that_are_not_its(page: Client, scene, cat: Subject):
    put(cat, range(10, 14), block(100), "first")
    version = page.post(f"/api/subjects/{cat.id}/versions", {"name": "good"}, content_type="application/json").json()
    path = f"/api/versions/{version['id']}/agreement"
    as_it_was = page.get(path).json()["frames"]
    put(cat, range(11, 12), block(110), "moved by a quarter")
    put(cat, range(600, 601), block(100), "one more, far behind")
    with change(scene.video.id, "remove") as step:
        remove_masks(cat.id, 13, 13, step)

    told = page.get(path).json()

    assert as_it_was == []
    assert told == {"subject_id": str(cat.id), "frames": [[11, 60], [13, 0], [600, 0]]}


def test_too_many_frames_and_steps_of_another_clip_are_refused(page: Client, scene, cat: Subject):
    ordinal = put(cat, range(10, 12), block(100), "first")
    path = f"/api/videos/{scene.video.id}/history"

    assert page.get(f"{path}/{ordinal}/masks?first=0&last=300").status_code == 422
    assert page.get(f"{path}/{Step.objects.latest('ordinal').ordinal + 7}/masks?first=0&last=9").status_code == 404
