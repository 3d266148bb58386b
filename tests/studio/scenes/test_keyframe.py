"""Key frames made of masks."""

import numpy as np
import pytest
from django.contrib.auth.models import User

from studio.library.models import Video
from studio.media import rle
from studio.scenes.changes import add_subject, change, write_masks
from studio.scenes.errors import SceneFault
from studio.scenes.keyframe import prompt_from_mask
from studio.scenes.models import Mask, Subject

pytestmark = pytest.mark.django_db


@pytest.fixture
def subject(ann: User) -> Subject:
    video = Video.objects.create(owner=ann, title="a clip", state=Video.State.READY, width=64, height=48, frame_count=9)
    return add_subject(video, name="bird")


def put(subject: Subject, frame: int, x: int, y: int, width: int, height: int, state: Mask.State) -> None:
    bits = np.zeros((48, 64), np.uint8)
    bits[y : y + height, x : x + width] = 1
    row = Mask(
        subject=subject,
        frame=frame,
        counts=rle.encode(bits),
        area=int(bits.sum()),
        score=1.0,
        rotated_box=[],
        state=state,
    )
    with change(subject.video_id, "Masks") as step:
        write_masks([row], step)


def test_the_box_around_an_imported_mask_becomes_a_key_frame(subject: Subject):
    put(subject, 3, 10, 5, 20, 12, Mask.State.IMPORTED)

    prompt = prompt_from_mask(subject, 3)

    assert (prompt.frame, prompt.box) == (3, (10.0, 5.0, 20.0, 12.0))
    assert list(subject.prompts.values_list("frame", flat=True)) == [3]


def test_a_speck_at_the_edge_gets_a_box_that_can_be_tracked(subject: Subject):
    put(subject, 3, 63, 0, 1, 1, Mask.State.TRACKED)

    assert prompt_from_mask(subject, 3).box == (60.0, 0.0, 4.0, 4.0)


@pytest.mark.parametrize("state", [Mask.State.LOST, Mask.State.ABSENT])
def test_where_there_is_nothing_to_see_there_is_no_key_frame(subject: Subject, state: Mask.State):
    put(subject, 3, 10, 5, 20, 12, state)

    for frame in (3, 4):
        with pytest.raises(SceneFault, match=f"There is no mask of bird on frame {frame}"):
            prompt_from_mask(subject, frame)
