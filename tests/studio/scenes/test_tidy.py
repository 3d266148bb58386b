"""Mending over a range is one step, leaves what it must, and is refused before it takes too long."""

import numpy as np
import pytest

from drawn.scenes import scene_of
from studio.library.models import Video
from studio.media import rle
from studio.scenes import changes, history, tidy
from studio.scenes.errors import SceneFault
from studio.scenes.models import Mask, Subject
from studio.scenes.tidy import Mending

pytestmark = pytest.mark.django_db


def square(hole: bool = False) -> rle.Bits:
    bits = np.zeros((360, 640), np.uint8)
    bits[100:150, 200:260] = 1
    if hole:
        bits[120:125, 220:225] = 0
    return bits


def drawn(video: Video, *pictures: rle.Bits, state: int = Mask.State.TRACKED) -> Subject:
    subject = changes.add_subject(video, "car")
    with changes.change(video.id, "Masks") as step:
        changes.write_masks(
            [
                Mask(
                    subject=subject, frame=frame, counts=rle.encode(bits), area=int(bits.sum()), score=0.7,
                    rotated_box=rle.rotated_box(bits), state=state,
                )
                for frame, bits in enumerate(pictures)
            ],
            step,
        )  # fmt: skip
    return subject


def bits_of(subject: Subject, frame: int) -> rle.Bits:
    return rle.decode(bytes(subject.masks.get(frame=frame).counts), 360, 640)


def test_holes_are_filled_in_the_range_only_and_taken_back_in_one_step(clip: Video):
    car = drawn(clip, *[square(hole=True)] * 5)
    stood = scene_of(clip)

    step = tidy.tidy(car, 1, 3, Mending.FILL)

    assert step.title == "Fill holes of car, frames 1 to 3"
    filled = [np.array_equal(bits_of(car, frame), square()) for frame in range(5)]
    assert filled == [False, True, True, True, False]
    mask = car.masks.get(frame=2)
    assert (mask.state, mask.score, mask.area) == (Mask.State.TRACKED, 0.7, 3000)
    history.undo(clip)
    assert scene_of(clip) == stood


def test_masks_that_need_no_mending_are_not_written(clip: Video):
    car = drawn(clip, square(), square())
    step = tidy.tidy(car, 0, 1, Mending.FILL)
    assert step.size_bytes == 0
    assert [step.title for step in history.steps_of(clip)] == ["New object car", "Masks"]


def test_a_mask_that_would_vanish_stays_as_it_was(clip: Video):
    car = drawn(clip, square())
    tidy.tidy(car, 0, 0, Mending.SHRINK, 100)
    assert np.array_equal(bits_of(car, 0), square())


def test_smoothing_mends_a_flicker_and_leaves_what_a_person_drew(clip: Video):
    car = drawn(clip, square(), square(hole=True), square())
    tidy.tidy(car, 1, 1, Mending.SMOOTH, 3)
    assert np.array_equal(bits_of(car, 1), square())

    hand = drawn(clip, square(), square(hole=True), square(), state=Mask.State.EDITED)
    tidy.tidy(hand, 0, 2, Mending.SMOOTH, 3)
    assert np.array_equal(bits_of(hand, 1), square(hole=True))


@pytest.mark.parametrize(
    ("first", "last", "what", "amount", "code"),
    [
        (0, 1200, Mending.FILL, 0, "no-such-frame"),
        (5, 4, Mending.FILL, 0, "no-such-frame"),
        (0, 0, Mending.GROW, 0, "bad-amount"),
        (0, 0, Mending.SHRINK, 101, "bad-amount"),
        (0, 0, Mending.SMOOTH, 4, "bad-amount"),
    ],
)
def test_what_cannot_be_mended_is_refused(clip: Video, first: int, last: int, what: Mending, amount: int, code: str):
    with pytest.raises(SceneFault) as refused:
        tidy.tidy(drawn(clip, square()), first, last, what, amount)
    assert refused.value.code == code


def test_more_than_a_request_may_take_is_refused_with_what_it_could(clip: Video, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tidy, "MOST_PIXELS", 100 * 640 * 360)
    with pytest.raises(SceneFault, match="At this size 100 frames can be mended at once, and these are 101"):
        tidy.tidy(drawn(clip, square()), 0, 100, Mending.FILL)


def test_a_mask_that_changed_while_this_was_computed_is_not_overwritten(clip: Video, monkeypatch: pytest.MonkeyPatch):
    car = drawn(clip, square(hole=True))
    compute = tidy._mended

    def slow(*arguments):
        made = list(compute(*arguments))
        with changes.change(clip.id, "Somebody else") as step:
            changes.write_masks([tidy._with(car.masks.get(), np.flipud(square()))], step)
        return made

    monkeypatch.setattr(tidy, "_mended", slow)
    with pytest.raises(SceneFault, match="The mask of frame 0 changed meanwhile"):
        tidy.tidy(car, 0, 0, Mending.FILL)
    assert np.array_equal(bits_of(car, 0), np.flipud(square()))
