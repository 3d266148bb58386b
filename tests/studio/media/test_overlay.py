"""A marking is seen where the mask is and nowhere else."""

from __future__ import annotations

import numpy as np

from studio.media.overlay import Marking, draw


def test_the_inside_is_half_the_color_and_the_outside_is_untouched() -> None:
    picture = np.full((60, 80, 3), 100, np.uint8)
    mask = np.zeros((60, 80), np.bool_)
    mask[20:40, 30:60] = True

    shown = draw(picture, [Marking(mask, None, (128, 0, 0))])

    assert shown[30, 45].tolist() == [114, 50, 50]
    red, green, blue = shown[20, 45].tolist()  # the line around it
    assert red > 200 and max(green, blue) < 30
    assert (shown[:15] == 100).all()
    assert (picture == 100).all()


def test_the_rotated_box_is_drawn_in_the_full_color() -> None:
    picture = np.zeros((60, 80, 3), np.uint8)
    corners = np.array([[10, 10], [50, 10], [50, 40], [10, 40]], np.float64)

    shown = draw(picture, [Marking(np.zeros((60, 80), np.bool_), corners, (0, 128, 0))])

    red, green, blue = shown[10, 30].tolist()
    assert green > 200 and max(red, blue) == 0
    assert shown[25, 30].tolist() == [0, 0, 0]


def test_a_mask_is_drawn_alike_whichever_way_it_lies_in_memory_and_the_edge_is_as_wide_as_told() -> None:
    picture = np.random.default_rng(1).integers(0, 255, (50, 70, 3), np.uint8)
    mask = np.zeros((50, 70), np.bool_)
    mask[10:30, 40:] = True
    mask[15:20, 50:60] = False

    by_rows = draw(picture, [Marking(mask, None, (0, 0, 255))], fill=0.4, edge_px=1.5)
    by_columns = draw(picture, [Marking(np.asfortranarray(mask), None, (0, 0, 255))], fill=0.4, edge_px=1.5)

    assert np.array_equal(by_rows, by_columns)
    assert np.array_equal(by_rows[~mask], picture[~mask])
    filled = np.round(picture * 0.6 + np.array([0, 0, 255]) * 0.4)
    assert by_rows[25, 40].tolist() == [0, 0, 255]  # the first pixel is all line,
    assert np.abs(by_rows[25, 41] - (filled[25, 41] + np.array([0, 0, 255])) / 2).max() <= 1  # the second half,
    assert by_rows[25, 42].tolist() == filled[25, 42].tolist()  # the third not at all
