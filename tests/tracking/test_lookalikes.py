"""An object is told from others like it by where they stand."""

from itertools import islice

import pytest

from drawn.clips import draw_leaving
from tracking.box import Box
from tracking.evaluation.absence import SOON_FRAMES, score, watch_clip
from tracking.evaluation.vanishing import Story, VanishingClip, drawn_clips
from tracking.loading import load_tracker
from tracking.lookalikes import CROSSING, MOST, Candidate, LookAlike, beside, reach, while_lost
from tracking.presence import State

SIZE = 50.0
HERE, THERE = (100.0, 100.0), (180.0, 100.0)  # 1.6 sizes apart


def at(place: tuple[float, float], confidence: float = 0.9, looks: float = 0.8) -> Candidate:
    return Candidate(place, confidence, looks)


def test_what_is_seen_beside_the_object_is_a_look_alike_and_clutter_is_not() -> None:
    told = beside((), [at(HERE), at(THERE), at((20, 20), confidence=0.1)], HERE, SIZE, 0.25)

    assert told.own == 0
    assert told.known == (LookAlike(THERE, looks=0.8),)


def test_a_leap_to_where_a_look_alike_stands_is_not_the_object() -> None:
    assert beside([LookAlike(THERE)], [at((178, 102))], HERE, SIZE, 0.25).own is None
    assert beside((), [at((178, 102))], HERE, SIZE, 0.25).own == 0, "a leap to where nothing stood may be it"
    assert beside([LookAlike(THERE)], [at((120, 100))], HERE, SIZE, 0.25).own == 0, "a step towards it is no leap"


def test_the_object_is_kept_where_the_tracker_would_leap_and_it_is_still_seen() -> None:
    told = beside([LookAlike(THERE)], [at((178, 102)), at((104, 100))], HERE, SIZE, 0.25)

    assert told.own == 1
    assert told.known == (LookAlike((178, 102)),)


def test_a_look_alike_that_moves_on_is_the_same_and_one_long_unseen_is_forgotten() -> None:
    known: tuple[LookAlike, ...] = (LookAlike(THERE),)
    for step in range(1, 20):
        known = beside(known, [at(HERE), at((180 + 8 * step, 100))], HERE, SIZE, 0.25).known
    assert known == (LookAlike((332, 100)),)

    for _ in range(200):
        known = beside(known, [at(HERE)], HERE, SIZE, 0.25).known
    assert known == ()


def test_when_two_that_met_part_the_one_that_looks_more_like_it_is_the_object() -> None:
    met = beside([LookAlike((120, 100))], [at(HERE)], HERE, SIZE, 0.25)
    assert met.met and met.known == ()

    parting = [at((90, 100), looks=0.80), at((150, 100), looks=0.92)]
    assert beside((), parting, HERE, SIZE, 0.25, crossing=True).own == 1
    assert beside((), parting, HERE, SIZE, 0.25, crossing=False).own == 0, "nothing met: the tracker's choice stands"
    near = [at((90, 100), looks=0.90), at((150, 100), looks=0.92)]
    assert beside((), near, HERE, SIZE, 0.25, crossing=True).own == 0, "not clearly more"
    assert CROSSING > 1


def test_further_off_than_it_can_have_come_is_a_look_alike_and_stays_one() -> None:
    far = reach(SIZE, 2, 4)
    able, known = while_lost((), [at(HERE, 0.1), at((300, 100))], HERE, SIZE, far, 0.25)
    assert able == [0]
    assert known == (LookAlike((300, 100), looks=0.8),)

    for frames in range(5, 25):  # by now it could have come there, but it was seen there when it could not
        able, known = while_lost(known, [at((300, 100))], HERE, SIZE, reach(SIZE, 2, frames), 0.25)
        assert able == []


def test_the_object_is_found_beside_a_look_alike_that_is_known() -> None:
    able, known = while_lost([LookAlike(THERE)], [at((182, 101)), at((110, 100))], HERE, SIZE, 100, 0.25)

    assert able == [1]
    assert known == (LookAlike((182, 101)),)


def test_two_finds_of_one_thing_are_one() -> None:
    able, _ = while_lost([LookAlike(THERE)], [at((182, 101)), at((176, 99), 0.8)], HERE, SIZE, 100, 0.25)

    assert able == []


def test_after_a_second_what_looks_as_the_object_usually_does_may_be_it_wherever_it_is() -> None:
    twin, double = at((400, 300), looks=0.93), at((300, 100), looks=0.82)
    able, _ = while_lost((), [twin, double], HERE, SIZE, 100, 0.25, lost=29, usual=0.95)
    assert able == []
    able, known = while_lost((), [twin, double], HERE, SIZE, 100, 0.25, lost=30, usual=0.95)
    assert able == [0]
    assert known == (LookAlike((300, 100), looks=0.82),)


def test_what_was_little_like_the_object_does_not_claim_what_is_much_more_like_it() -> None:
    for looks, able in ((0.66, [0]), (0.8, [])):
        known = [LookAlike(THERE, looks=looks)]
        assert while_lost(known, [at(THERE, looks=0.9)], HERE, SIZE, 100, 0.25)[0] == able


def test_a_look_alike_long_unseen_does_not_claim_what_comes_back_where_the_object_went() -> None:
    back = at((130, 100))  # 30 px from where it was lost, 50 from where the look-alike was
    for unseen, able in ((2, []), (20, [0])):
        known = [LookAlike((180, 100), unseen)]
        assert while_lost(known, [back], HERE, 100, 200, 0.25)[0] == able


def test_an_object_that_was_passed_before_it_left_is_found_when_it_comes_back() -> None:
    """With the shipped weights, on a drawn clip; what passed was last seen near where the object comes in again."""
    drawn = draw_leaving(passed_before=True)
    tracker = load_tracker(device="cpu", precision="fp32")
    tracks = tracker.start(drawn.frames[0], [Box.parse(drawn.box(0, 1))])
    states = []
    for frame in drawn.frames[1:]:
        tracks, (step,) = tracker.step(frame, tracks)
        states.append(step.state)
    assert set(states[15:26]) == {State.LOST}, "out of sight in frames 15 to 27"
    assert State.LOST not in states[32:]


@pytest.mark.parametrize(("pace", "frames", "far"), [(0, 10, 100), (2, 10, 100), (20, 10, 450)])
def test_a_fast_object_comes_further(pace: float, frames: int, far: float) -> None:
    assert reach(SIZE, pace, frames) == pytest.approx(far)


def test_only_so_many_are_remembered_those_seen_last() -> None:
    known = [LookAlike((1000 + 200 * n, 0), unseen=n) for n in range(10)]

    _, known_after = while_lost(known, [at(HERE, 0.1)], HERE, SIZE, 100, 0.25)

    assert [one.unseen for one in known_after] == list(range(1, MOST + 1))


@pytest.mark.parametrize("story", [Story.ALIKE, Story.BESIDE])
def test_an_object_covered_beside_its_double_is_found_again_and_its_double_is_not(story: Story) -> None:
    """With the shipped weights, on a drawn clip from shortly before the object is covered until it is back."""
    whole = drawn_clips([1001])[list(Story).index(story)]
    clip = VanishingClip(whole.name, lambda: islice(whole.frames(), 20, 58))

    watched = watch_clip(load_tracker(device="cpu", precision="fp32"), clip)

    result = score([watched])
    assert result.f1 > 0.8
    assert [waited is not None and waited <= SOON_FRAMES for waited in watched.returns] == [True]
    assert result.overlap > 0.7
