"""Clips with an absence in them, and the score of who is watched on them."""

from collections.abc import Iterator

import numpy as np
import pytest

from drawn.benchmarks import ScriptedTracker, step_of_mask
from tracking.errors import BadInput
from tracking.evaluation.absence import Seen, WatchedClip, score, watch_clip
from tracking.evaluation.choosing import choose
from tracking.evaluation.vanishing import GONE_SHARE, SEEN_SHARE, Shown, Story, VanishingClip, drawn_clips, panned_clip
from tracking.presence import Evidence, State

RIGHT = Evidence(2.5, 0, 0.95, 0.4, 0.9, 0.1, 0.9, 0.95)
WRONG = Evidence(-2, -2, 0.5, 2, 0.3, 2, 0.1, 0.2)


def seen(
    share: float, overlap: float, state: State = State.TRACKED, evidence: Evidence | None = None, astray: float = 0
) -> Seen:
    return Seen(share, overlap, state, 0.5, evidence, astray)


def watched(*frames: Seen) -> WatchedClip:
    return WatchedClip("clip", frames, 1.0)


LOST_AND_FOUND = [
    *[seen(1, 0.8)] * 4,
    seen(0, 0, State.TRACKED),
    *[seen(0, 1, State.LOST)] * 3,
    *[seen(1, 0, State.LOST)] * 2,
    *[seen(1, 0.7)] * 5,
]


def test_precision_and_recall_are_of_the_frames_said_to_be_without_the_object():
    result = score([watched(*LOST_AND_FOUND)])
    assert result.precision == pytest.approx(3 / 5)
    assert result.recall == pytest.approx(3 / 4)
    assert result.f1 == pytest.approx(2 * 0.6 * 0.75 / 1.35)


def test_frames_where_a_part_is_seen_are_asked_of_nobody():
    half = seen((GONE_SHARE + SEEN_SHARE) / 2, 0.1, State.LOST)
    assert score([watched(*LOST_AND_FOUND, half)]) == score([watched(*LOST_AND_FOUND)])


def test_a_return_is_counted_in_frames_and_one_that_is_never_found_is_none():
    assert watched(*LOST_AND_FOUND).returns == [2]
    missed = [seen(0, 1, State.LOST), *[seen(1, 0.1)] * 20]
    again = [seen(0, 1, State.LOST), seen(1, 0.9)]
    assert watched(*missed, *again).returns == [None, 0]
    assert score([watched(*missed, *again)]).soon == 0.5


def test_frames_whose_mask_is_on_another_one_like_it_are_counted():
    assert score([watched(seen(1, 0.9), seen(1, 0, astray=0.8), seen(0, 0, astray=0.8), seen(1, 0.6))]).astray == 0.5


def test_who_never_says_lost_has_no_recall_and_who_needs_not_is_right():
    gone = watched(seen(1, 0.9), *[seen(0, 0)] * 3)
    assert (score([gone]).precision, score([gone]).recall, score([gone]).f1) == (0, 0, 0)
    assert score([watched(seen(1, 0.9))]).f1 == 1


def test_a_clip_is_watched_from_the_box_around_its_first_mask():
    mask = np.zeros((40, 60), np.bool_)
    mask[10:30, 20:50] = True
    picture = np.zeros((40, 60, 3), np.uint8)

    def frames() -> Iterator[Shown]:
        for _ in range(3):
            yield Shown(picture, mask, 1.0)

    tracker = ScriptedTracker([(step_of_mask(mask),)] * 2)
    one = watch_clip(tracker, VanishingClip("still", frames))  # type: ignore[arg-type]
    assert [frame.overlap for frame in one.frames] == [1, 1]
    box = tracker.starts[0][0]
    assert (box.x, box.y, box.width, box.height) == (20, 10, 30, 20)  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def stories() -> dict[Story, list[Shown]]:
    return {story: list(clip.frames()) for story, clip in zip(Story, drawn_clips([1]), strict=True)}


def test_every_story_but_two_has_an_absence_between_two_presences(stories: dict[Story, list[Shown]]):
    for story, frames in stories.items():
        absent = [index for index, frame in enumerate(frames) if frame.share < GONE_SHARE]
        assert frames[0].share > SEEN_SHARE and frames[-1].share > SEEN_SHARE
        if story in (Story.STAYS, Story.PASSES):
            assert not absent
        else:
            assert len(absent) >= 8
            assert absent == list(range(absent[0], absent[-1] + 1))


def test_another_like_it_passes_before_it_in_clips_of_odd_seeds_and_behind_it_in_even_ones(
    stories: dict[Story, list[Shown]],
):
    even = list(Story).index(Story.PASSES)
    assert min(frame.share for frame in stories[Story.PASSES]) < 0.9
    assert min(frame.share for frame in drawn_clips([2])[even].frames()) > 0.9


def test_another_like_it_is_where_it_is_drawn_and_is_no_part_of_the_object(stories: dict[Story, list[Shown]]):
    for story, frames in stories.items():
        with_double = [frame for frame in frames if frame.alike is not None and frame.alike.any()]
        assert bool(with_double) == (story in (Story.ALIKE, Story.BESIDE, Story.PASSES))
        for frame in with_double:
            assert frame.alike is not None and not (frame.alike & frame.mask).any()


def test_a_mask_is_what_is_seen_of_the_object(stories: dict[Story, list[Shown]]):
    for frames in stories.values():
        whole = max(frame.mask.sum() for frame in frames)
        for frame in frames:
            assert (frame.share == 0) == (not frame.mask.any())
            assert frame.mask.sum() <= whole


def test_a_clip_is_the_same_each_time_it_is_made():
    (clip, *_) = drawn_clips([3])
    one, other = next(clip.frames()), next(clip.frames())
    np.testing.assert_array_equal(one.picture, other.picture)


def test_a_window_is_led_away_from_a_real_object_and_back():
    masks = []
    for index in range(60):
        mask = np.zeros((90, 160), np.bool_)
        mask[30:60, 40 + index // 4 : 70 + index // 4] = True
        masks.append(mask)
    pictures = [np.dstack([mask * np.uint8(200)] * 3) for mask in masks]
    shares = [frame.share for frame in panned_clip("square", pictures, masks, 1).frames()]
    assert min(shares[:15]) > SEEN_SHARE and min(shares[-8:]) > SEEN_SHARE
    assert max(shares[28:34]) < GONE_SHARE


def test_what_is_chosen_tells_right_finds_from_wrong_ones():
    random = np.random.default_rng(1)

    def noisy(evidence: Evidence) -> Evidence:
        return Evidence(*(np.array(evidence) + random.normal(0, 0.1, len(evidence))))

    frames = [seen(1, 0.8, evidence=noisy(RIGHT)) for _ in range(200)]
    frames += [seen(0, 0, evidence=noisy(WRONG)) for _ in range(100)]
    presence = choose([watched(*frames)])
    assert presence.confidence(RIGHT) > presence.doubtful_below
    assert presence.confidence(WRONG) < presence.lost_below
    assert presence.doubtful_below <= 0.7  # these finds are easier than film
    assert presence.weights[Evidence._fields.index("likeness")] > 0


def test_finds_on_another_one_like_it_are_not_chosen_on():
    frames = [seen(1, 0.8, evidence=RIGHT)] * 30 + [seen(0, 0, evidence=WRONG)] * 30
    double = [seen(0, 0, evidence=RIGHT, astray=0.9)] * 30

    assert choose([watched(*frames, *double)]) == choose([watched(*frames)])


def test_too_few_wrong_finds_are_nothing_to_choose_from():
    with pytest.raises(BadInput, match="30 right finds and 0 wrong ones"):
        choose([watched(*[seen(1, 0.8, evidence=RIGHT)] * 30)])
