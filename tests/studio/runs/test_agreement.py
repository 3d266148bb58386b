"""When a new run repeats the old one, and where two ways meet."""

import numpy as np
import pytest
from pycocotools import mask as coco

from studio.runs.agreement import SAME_FRAMES, Streak, best_join, overlap

HEIGHT, WIDTH = 20, 30


def counts(x: int, width: int = 10) -> bytes:
    bits = np.zeros((HEIGHT, WIDTH), np.uint8)
    bits[5:15, x : x + width] = 1
    encoded: bytes = coco.encode(np.asfortranarray(bits))["counts"]
    return encoded


EMPTY = counts(0, 0)


def after(streak: Streak, new: bytes, old: bytes | None, times: int = 1) -> Streak:
    for _ in range(times):
        streak = streak.after(new, old, HEIGHT, WIDTH)
    return streak


def test_ten_frames_in_a_row_agree_and_nine_do_not():
    assert not after(Streak(), counts(5), counts(5), SAME_FRAMES - 1).agrees
    assert after(Streak(), counts(5), counts(5), SAME_FRAMES).agrees


def test_one_frame_that_differs_begins_anew():
    streak = after(Streak(), counts(5), counts(5), SAME_FRAMES - 1)
    assert after(streak, counts(5), counts(7)).frames == 0
    assert after(streak, counts(5), EMPTY).frames == 0


def test_where_nothing_was_there_is_nothing_to_agree_with():
    assert after(Streak(9), counts(5), None).frames == 0


def test_out_of_sight_twice_neither_counts_nor_begins_anew():
    assert after(Streak(4), EMPTY, EMPTY).frames == 4


def test_overlap_is_intersection_over_union_and_whole_for_two_empty_masks():
    assert overlap(counts(5), counts(5), HEIGHT, WIDTH) == 1
    assert overlap(counts(5), counts(10), HEIGHT, WIDTH) == pytest.approx(5 / 15)
    assert overlap(EMPTY, EMPTY, HEIGHT, WIDTH) == 1
    assert overlap(EMPTY, counts(5), HEIGHT, WIDTH) == 0


def test_two_ways_are_joined_where_they_agree_best():
    assert best_join([0.9, 0.2, 0.1, 0.8, 0.9, 0.9, 0.3]) == 4


def test_one_frame_of_chance_is_not_where_they_agree():
    assert best_join([0.0, 1.0, 0.0, 0.8, 0.8, 0.8, 0.0]) == 4


def test_of_places_that_agree_alike_the_middle_one_is_taken():
    assert best_join([1.0] * 9) == 4
    assert best_join([0.5]) == 0
