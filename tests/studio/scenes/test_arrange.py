"""Split, merge, swap, absent and clear do what they say, to boxes and masks, and each is one step back."""

import numpy as np
import pytest

from drawn.scenes import mask_at, scene_of
from studio.library.models import Video
from studio.media import rle
from studio.scenes import arrange, changes, history
from studio.scenes.arrange import Overlap
from studio.scenes.errors import SceneFault
from studio.scenes.models import Mask, Subject

pytestmark = pytest.mark.django_db
BOX = (10.0, 20.0, 30.0, 40.0)


def an_object(video: Video, frames: range, counts: bytes, *boxes: int) -> Subject:
    subject = changes.add_subject(video, counts.decode())
    for frame in boxes:
        changes.set_prompt(subject, frame, (float(ord(counts[:1])), 20.0, 30.0, 40.0))
    with changes.change(video.id, "Masks") as step:
        changes.write_masks((mask_at(subject, frame, counts) for frame in frames), step)
    return subject


def masks(subject: Subject) -> dict[int, bytes]:
    return {mask.frame: bytes(mask.counts) for mask in subject.masks.all()}


def boxes(subject: Subject) -> list[int]:
    return [prompt.frame for prompt in subject.prompts.filter(deleted=False)]


def undone(video: Video, stood: object) -> bool:
    history.undo(video)
    return scene_of(video) == stood


def test_a_split_gives_boxes_and_masks_from_the_frame_on_to_a_new_object(clip: Video):
    car = an_object(clip, range(10), b"car", 0, 6)
    stood = scene_of(clip)

    step = arrange.split(car, 6)

    assert step.subject is not None
    other = Subject.objects.get(pk=step.subject_id)
    assert (other.number, other.name) == (2, "car from 6")
    assert (list(masks(car)), boxes(car)) == (list(range(6)), [0])
    assert (masks(other), boxes(other)) == (dict.fromkeys(range(6, 10), b"car"), [6])
    assert undone(clip, stood)
    history.redo(clip)
    assert list(masks(other)) == list(range(6, 10))


@pytest.mark.parametrize(("frame", "reason"), [(0, "before frame 0"), (10, "from frame 10 on")])
def test_a_split_that_would_leave_nothing_on_one_side_is_refused(clip: Video, frame: int, reason: str):
    car = an_object(clip, range(10), b"car")
    with pytest.raises(SceneFault, match=f"car has nothing {reason} to split off"):
        arrange.split(car, frame)
    assert Subject.objects.count() == 1


def test_merged_objects_are_one_and_frames_of_both_keep_the_first_if_that_is_wanted(clip: Video):
    first, second = an_object(clip, range(5), b"one", 0), an_object(clip, range(3, 8), b"two", 0, 4)
    stood = scene_of(clip)

    arrange.merge(first, second, Overlap.KEEP)

    assert masks(first) == {**dict.fromkeys(range(5), b"one"), **dict.fromkeys(range(5, 8), b"two")}
    assert boxes(first) == [0, 4]
    assert [subject.name for subject in Subject.objects.filter(deleted_at=None)] == ["one"]
    assert undone(clip, stood)


def test_merged_masks_are_joined_where_both_have_pixels(clip: Video):
    left, right = (np.zeros((360, 640), np.uint8) for _ in range(2))
    left[10:20, 10:30], right[15:25, 20:60] = 1, 1
    first, second = changes.add_subject(clip), changes.add_subject(clip)
    with changes.change(clip.id, "Masks") as step:
        changes.write_masks([mask_at(first, 0, rle.encode(left)), mask_at(second, 0, rle.encode(right))], step)
        gone = Mask(subject=first, frame=1, counts=b"", area=0, score=0.0, rotated_box=[], state=Mask.State.LOST)
        changes.write_masks([gone, mask_at(second, 1, rle.encode(right))], step)

    arrange.merge(first, second, Overlap.UNION)

    joined, found = first.masks.order_by("frame")
    assert np.array_equal(rle.decode(bytes(joined.counts), 360, 640), left | right)
    assert joined.area == int((left | right).sum())
    assert bytes(found.counts) == rle.encode(right), "where one is lost the other is what there is"


def test_swapped_objects_have_each_others_masks_and_boxes_from_the_frame_on(clip: Video):
    first, second = (
        an_object(clip, range(1200), b"one", 0, 700),
        an_object(clip, range(400, 900), b"two", 500, 700, 800),
    )
    stood = scene_of(clip)

    arrange.swap(first, second, 600)

    assert masks(first) == {**dict.fromkeys(range(600), b"one"), **dict.fromkeys(range(600, 900), b"two")}
    assert masks(second) == {**dict.fromkeys(range(400, 600), b"two"), **dict.fromkeys(range(600, 1200), b"one")}
    assert (boxes(first), boxes(second)) == ([0, 700, 800], [500, 700])
    assert first.prompts.get(frame=700).x == ord("t")
    assert undone(clip, stood)


def test_an_object_is_not_swapped_or_merged_with_itself_or_one_of_another_clip(clip: Video):
    mine = an_object(clip, range(3), b"one")
    other_clip = Video.objects.create(owner=clip.owner, title="other", state="ready", width=8, height=8, frame_count=9)
    theirs = changes.add_subject(other_clip)
    for other in (mine, theirs):
        with pytest.raises(SceneFault, match="two different objects"):
            arrange.swap(mine, other, 1)
        with pytest.raises(SceneFault, match="two different objects"):
            arrange.merge(mine, other, Overlap.UNION)


def test_an_absent_object_has_no_pixels_and_no_boxes_and_this_can_be_taken_back(clip: Video):
    car = an_object(clip, range(10), b"car", 0, 4)
    stood = scene_of(clip)

    arrange.mark_absent(car, 3, 12)

    absent = car.masks.filter(state=Mask.State.ABSENT)
    assert [mask.frame for mask in absent] == list(range(3, 13))
    assert {(bytes(mask.counts), mask.area) for mask in absent} == {(b"", 0)}
    assert boxes(car) == [0]
    arrange.unmark_absent(car, 5, 20)
    assert list(masks(car)) == list(range(5))
    history.undo(clip)
    assert undone(clip, stood)


def test_cleared_frames_have_no_masks_and_keep_their_boxes(clip: Video):
    car = an_object(clip, range(10), b"car", 4)
    stood = scene_of(clip)

    arrange.clear(car, 2, 6)

    assert (list(masks(car)), boxes(car)) == ([0, 1, 7, 8, 9], [4])
    assert undone(clip, stood)


@pytest.mark.parametrize(("first", "last"), [(-1, 3), (5, 4), (0, 1200)])
def test_a_range_outside_the_clip_is_refused(clip: Video, first: int, last: int):
    car = an_object(clip, range(3), b"car")
    with pytest.raises(SceneFault, match=f"Frames {first} to {last} are not in a clip of 1200 frames"):
        arrange.mark_absent(car, first, last)
