"""A marking is seen where the mask is and nowhere else, in light and in colours."""

from __future__ import annotations

import numpy as np
import pytest
from av.video.reformatter import VideoReformatter

from studio.media.colors import Colors
from studio.media.overlay import Marking, draw
from studio.media.planes import Planes

COLORS = Colors()
RED, BLUE = (128, 0, 0), (0, 0, 255)


def grey(height: int, width: int, level: int = 100) -> Planes:
    return Planes.of_picture(np.full((height, width, 3), level, np.uint8), COLORS, VideoReformatter())


def at(picture: Planes, y: int, x: int) -> tuple[int, int, int]:
    return int(picture.luma[y, x]), int(picture.cb[y // 2, x // 2]), int(picture.cr[y // 2, x // 2])


def coded(red: float, green: float, blue: float) -> tuple[float, float, float]:
    return COLORS.coded((red, green, blue))  # type: ignore[arg-type]  # shades between steps too


def test_the_inside_is_half_the_color_and_the_outside_is_untouched() -> None:
    picture, plain = grey(60, 80), grey(60, 80)
    mask = np.zeros((60, 80), np.bool_)
    mask[20:40, 30:60] = True

    draw(picture, [Marking.of(mask, None, RED)], COLORS)

    assert at(picture, 30, 45) == pytest.approx(coded(114, 50, 50), abs=1)
    assert at(picture, 20, 45)[0] == pytest.approx(coded(255, 0, 0)[0], abs=1)  # the line around it
    assert np.array_equal(picture.luma[~mask], plain.luma[~mask])
    outside = ~mask[::2, ::2]  # the mask's sides are even
    assert np.array_equal(picture.cb[outside], plain.cb[outside])
    assert np.array_equal(picture.cr[outside], plain.cr[outside])


def test_the_rotated_box_is_drawn_in_the_full_color() -> None:
    picture = grey(60, 80, 0)
    corners = np.array([[10, 10], [50, 10], [50, 40], [10, 40]], np.float64)

    draw(picture, [Marking(0, 0, np.zeros((0, 0), np.bool_), corners, (0, 128, 0))], COLORS)

    assert picture.luma[10, 30] > coded(0, 200, 0)[0]
    assert picture.luma[40, 30] > coded(0, 200, 0)[0]
    assert at(picture, 25, 30) == at(grey(60, 80, 0), 25, 30)


@pytest.mark.parametrize(
    "corners", [[[-30, -9], [200, -9], [200, 90], [-30, 90]], [[300, 5], [320, 5], [320, 9], [300, 9]]]
)
def test_a_box_beyond_the_picture_is_cut_off(corners: list[list[float]]) -> None:
    picture = grey(61, 81)

    draw(picture, [Marking(0, 0, np.zeros((0, 0), np.bool_), np.array(corners, np.float64), RED)], COLORS)

    assert np.array_equal(picture.luma[:61, :81], grey(61, 81).luma[:61, :81])


def test_a_mask_is_drawn_alike_whichever_way_it_lies_in_memory_and_the_edge_is_as_wide_as_told() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (50, 70, 3), np.uint8)
    mask = np.zeros((50, 70), np.bool_)
    mask[10:30, 40:] = True
    mask[15:20, 50:60] = False
    pictures = [Planes.of_picture(noise, COLORS, VideoReformatter()) for _ in range(3)]
    by_rows, by_columns, plain = pictures

    draw(by_rows, [Marking.of(mask, None, BLUE)], COLORS, fill=0.4, edge_px=1.5)
    draw(by_columns, [Marking.of(np.asfortranarray(mask), None, BLUE)], COLORS, fill=0.4, edge_px=1.5)

    for one, other in ((by_rows.luma, by_columns.luma), (by_rows.cb, by_columns.cb), (by_rows.cr, by_columns.cr)):
        assert np.array_equal(one, other)
    assert np.array_equal(by_rows.luma[~mask], plain.luma[~mask])
    blue = COLORS.coded(BLUE)[0]
    filled = plain.luma * 0.6 + blue * 0.4
    assert by_rows.luma[25, 40] == round(blue)  # the first pixel is all line,
    assert by_rows.luma[25, 41] == pytest.approx((filled[25, 41] + blue) / 2, abs=1)  # the second half,
    assert by_rows.luma[25, 42] == pytest.approx(filled[25, 42], abs=1)  # the third not at all


@pytest.mark.parametrize(("x", "y"), [(10, 10), (11, 10), (10, 11), (11, 11), (0, 0), (79, 59), (80, 60)])
def test_colors_are_the_mean_of_the_pixels_that_share_them(x: int, y: int) -> None:
    """One pixel, all line: a quarter of the colour; all of it where the picture ends on an odd side."""
    picture = grey(61, 81)

    draw(picture, [Marking(x, y, np.ones((1, 1), np.bool_), None, BLUE)], COLORS, edge_px=1.0)

    share = (1.0 if x == 80 else 0.5) * (1.0 if y == 60 else 0.5)
    _, cb, cr = COLORS.coded(BLUE)
    assert picture.cb[y // 2, x // 2] == pytest.approx(128 + (cb - 128) * share, abs=1)
    assert picture.cr[y // 2, x // 2] == pytest.approx(128 + (cr - 128) * share, abs=1)
    assert np.count_nonzero(picture.cb != 128) == 1


def test_of_two_markings_the_last_is_on_top() -> None:
    picture = grey(40, 40)
    both = np.ones((20, 20), np.bool_)

    draw(picture, [Marking(4, 4, both, None, RED), Marking(4, 4, both, None, BLUE)], COLORS, fill=1.0, edge_px=0.0)

    assert at(picture, 14, 14) == pytest.approx(COLORS.coded(BLUE), abs=1)
