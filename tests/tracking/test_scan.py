"""Where an object that is out of sight is looked for."""

import math

from tracking.scan import FAR, looks, regions

SIDE = 200


def test_regions_leave_no_place_of_the_frame_further_than_a_quarter_of_a_side_from_a_middle() -> None:
    middles = regions((100, 100), SIDE, 854, 480)
    for x in range(0, 855, 7):
        for y in range(0, 481, 7):
            assert any(abs(x - mx) <= SIDE / 4 + 1 and abs(y - my) <= SIDE / 4 + 1 for mx, my in middles)


def test_the_nearest_regions_come_first() -> None:
    distances = [math.dist((700, 80), place) for place in regions((700, 80), SIDE, 854, 480)]
    assert distances == sorted(distances)


def test_the_first_look_is_at_the_last_place_and_the_whole_frame_has_its_turn() -> None:
    everything = set(regions((427, 240), SIDE, 854, 480))
    seen = set()
    for lost in range(1, 40):
        places = looks((427, 240), SIDE, 854, 480, lost, None)
        assert len(places) == 1 + FAR
        if lost == 1:
            assert places[0] == (427, 240)
        seen.update(places)
    assert everything <= seen


def test_a_hunch_is_looked_at_before_any_other_place() -> None:
    assert looks((427, 240), SIDE, 854, 480, 5, (30.0, 40.0))[0] == (30.0, 40.0)


def test_a_frame_smaller_than_a_region_has_one_look_more_than_none() -> None:
    assert looks((30, 20), 400, 60, 40, 1, None) == [(30, 20), (30, 20)]
