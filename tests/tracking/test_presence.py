"""When a find is doubted, given up and believed again."""

from dataclasses import replace

import numpy as np
import pytest

from tracking.errors import BadInput
from tracking.presence import Evidence, Presence, Sight, State, contrast

SURE = Evidence(score=2, drop=0, certainty=0.95, fill=0.4, agreement=0.9, growth=0, likeness=0.9, familiarity=0.9)
WRONG = SURE._replace(score=-1, drop=-1.5, certainty=0.6, likeness=0.1, familiarity=0.1)
PRESENCE = Presence(
    weights=(1, 1, 2, 0, 1, -1, 3, 2), bias=-6, doubtful_below=0.7, lost_below=0.4, found_above=0.8, patience=2
)


def vector(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


@pytest.fixture
def sight() -> Sight:
    axis = vector(1, 0, 0)
    return Sight(vector(0, 0, 0), vector(1, 1, 1), axis, axis, score=0.9, area=400, center=(50, 40), size=(20, 20))


def test_a_find_like_the_exemplar_is_trusted_and_one_unlike_it_is_not() -> None:
    assert PRESENCE.confidence(SURE) > 0.9
    assert PRESENCE.confidence(WRONG) < 0.1


def test_one_bad_frame_is_doubtful_and_the_second_in_a_row_is_lost(sight: Sight) -> None:
    first, after = PRESENCE.judge(sight, 0.2, (60, 40))
    second, lost = PRESENCE.judge(after, 0.2, (70, 40))
    assert (first, second) == (State.DOUBTFUL, State.LOST)
    assert lost.lost == 1
    assert lost.center == (50, 40), "the place where it was last seen for sure is kept"


def test_a_good_frame_between_two_bad_ones_forgives_the_first(sight: Sight) -> None:
    _, after = PRESENCE.judge(sight, 0.2, (60, 40))
    _, after = PRESENCE.judge(after, 0.9, (60, 40))
    assert PRESENCE.judge(after, 0.2, (60, 40))[0] is State.DOUBTFUL


def test_a_find_without_a_pixel_is_lost_at_once(sight: Sight) -> None:
    assert PRESENCE.judge(sight, 0.0, (60, 40))[0] is State.LOST


def test_one_found_again_and_doubted_is_shown_and_searched_for_until_one_is_sure(sight: Sight) -> None:
    presence = replace(PRESENCE, doubtful_below=0.9)
    state, found = presence.judge(replace(sight, lost=3), 0.85, (200, 90))
    assert (state, found.lost, found.shown) == (State.DOUBTFUL, 4, True)
    state, found = presence.judge(found, 0.5, (201, 90))
    assert (state, found.lost, found.shown) == (State.DOUBTFUL, 5, True), (
        "as one in sight, until it is below lost_below"
    )
    state, sure = presence.judge(found, 0.95, (300, 90))
    assert (state, sure.lost, sure.shown) == (State.TRACKED, 0, False)
    for expected in (State.DOUBTFUL, State.LOST):
        state, found = presence.judge(found, 0.2, (201, 90))
        assert state is expected
    assert (found.lost, found.shown) == (7, False)


def test_what_is_lost_is_believed_again_only_on_a_confident_match(sight: Sight) -> None:
    lost = replace(sight, lost=3)
    state, still = PRESENCE.judge(lost, 0.75, (200, 90))
    assert (state, still.lost, still.hunch) == (State.LOST, 4, (200, 90))
    state, found = PRESENCE.judge(still, 0.85, (201, 90))
    assert (state, found.lost, found.hunch) == (State.TRACKED, 0, None)


def test_between_trusted_and_given_up_a_find_is_doubtful(sight: Sight) -> None:
    assert PRESENCE.judge(sight, 0.5, (50, 40))[0] is State.DOUBTFUL
    assert PRESENCE.judge(sight, 0.75, (50, 40))[0] is State.TRACKED


def test_how_an_object_looks_of_late_follows_sure_finds_and_the_exemplar_stays(sight: Sight) -> None:
    turned = sight
    for _ in range(60):
        turned = turned.sure(0.5, 800, vector(0, 1, 0), (55, 40), (30, 20))
    assert turned.size == pytest.approx((30, 20), abs=0.1)
    assert sight.sure(0.5, 800, vector(0, 1, 0), (55, 40), (30, 20)).size == (21, 20), "one frame says little"
    assert turned.recent[1] > 0.9
    assert turned.area > 790 and turned.score < 0.51
    np.testing.assert_array_equal(turned.exemplar, sight.exemplar)


def test_while_it_may_be_the_other_one_how_it_looks_of_late_is_kept(sight: Sight) -> None:
    met = replace(sight, crossing=5).sure(0.5, 800, vector(0, 1, 0), (55, 40), (30, 20))
    np.testing.assert_array_equal(met.recent, sight.recent)


def test_its_pace_and_its_looks_are_those_of_its_sure_frames(sight: Sight) -> None:
    moved = sight
    for step in range(1, 40):
        moved = replace(moved, unsure=2).sure(0.9, 400, vector(0.8, 0.6, 0), (50 + 12 * step, 40), (20, 20))
    assert moved.pace == pytest.approx(6, abs=0.01), "px a frame; each was sure only every second one"
    assert moved.unsure == 0
    assert 0.8 < moved.looks < 0.95


def test_appearance_is_what_sets_it_apart_from_the_ground() -> None:
    ground, spread = vector(1, 1, 1), vector(1, 1, 2)
    np.testing.assert_allclose(contrast(vector(1, 4, 9), ground, spread), [0, 0.6, 0.8], atol=1e-6)
    assert not contrast(vector(np.nan, 1, 1), ground, spread).any()


def test_an_area_that_is_missing_says_as_much_as_one_can(sight: Sight) -> None:
    nothing = sight.weigh(0.5, 0.0, 0.0, 0.0, 100.0, vector(0, 0, 0))
    assert (nothing.fill, nothing.growth, nothing.likeness) == (3, 3, 0)


def test_a_table_written_is_the_table_read() -> None:
    import tomllib

    table = tomllib.loads(PRESENCE.to_toml("weights.own.presence"))["weights"]["own"]["presence"]
    assert Presence.of(table) == PRESENCE


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"lost_below": 0.9}, "lost_below 0.9 <= doubtful_below"),
        ({"found_above": 0.1}, "found_above 0.1 is not below"),
        ({"patience": 0}, "at least 1 frame, got 0"),
        ({"weights": {"score": 1}}, "familiarity"),
        ({"colour": 1}, "colour"),
    ],
)
def test_a_table_that_cannot_be_meant_is_refused(change: dict[str, object], said: str) -> None:
    whole = {
        "weights": dict.fromkeys(Evidence._fields, 1.0),
        "bias": 0.0, "doubtful_below": 0.7, "lost_below": 0.4, "found_above": 0.8, "patience": 2,
    }  # fmt: skip
    with pytest.raises(BadInput, match=said):
        Presence.of({**whole, **change})
