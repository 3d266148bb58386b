import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tracking.crop import Placement, color_mean, context_side, paste, rotated_box, subwindow
from tracking.mask import Mask
from tracking.profile import Rounding

FILL = (10.9, 20.0, 30.0)


def frame() -> NDArray[np.uint8]:
    return np.random.default_rng(1).integers(0, 256, (60, 80, 3)).astype(np.uint8)


def test_a_template_covers_the_box_and_half_its_mean_side_around_it() -> None:
    assert context_side(60, 60) == pytest.approx(120.0)
    assert context_side(80, 20) == pytest.approx(np.sqrt(130 * 70))


def test_a_window_inside_the_frame_is_its_pixels() -> None:
    cut = subwindow(frame(), (40.0, 30.0), 21, 21, FILL, Rounding.HALF_EVEN)
    np.testing.assert_array_equal(cut, frame()[19:40, 29:50])


@pytest.mark.parametrize("center", [(0.0, 0.0), (79.0, 59.0), (0.0, 59.0), (79.0, 0.0)])
def test_what_lies_outside_has_the_mean_colour_cut_to_whole_numbers(center: tuple[float, float]) -> None:
    cut = subwindow(frame(), center, 31, 31, FILL, Rounding.HALF_EVEN)
    padded = cv2.copyMakeBorder(frame(), 50, 50, 50, 50, cv2.BORDER_CONSTANT, value=(10, 20, 30))
    left, top = round(center[0] - 16) + 50, round(center[1] - 16) + 50
    np.testing.assert_array_equal(cut, padded[top : top + 31, left : left + 31])


def test_a_window_wholly_outside_is_all_fill() -> None:
    cut = subwindow(frame(), (500.0, 500.0), 31, 63, FILL, Rounding.HALF_EVEN)
    assert cut.shape == (63, 63, 3) and (cut == (10, 20, 30)).all()


def test_the_two_references_round_halves_differently() -> None:
    even = subwindow(frame(), (30.5, 30.0), 20, 20, FILL, Rounding.HALF_EVEN)  # 20.0
    up = subwindow(frame(), (31.0, 30.0), 20, 20, FILL, Rounding.HALF_UP)  # 20.5 -> 21
    assert (even[:, 1:] == up[:, :-1]).all()


def test_the_mean_colour_is_each_channels() -> None:
    assert color_mean(frame()) == pytest.approx(tuple(frame().reshape(-1, 3).mean(axis=0)))


def test_pasting_only_where_the_mask_reaches_equals_warping_the_whole_frame() -> None:
    values = np.random.default_rng(2).random((127, 127)).astype(np.float32)
    for left, top, step in ((-20.3, 11.7, 0.41), (30.2, 20.9, 0.13), (60.0, 40.0, 0.9)):
        mask = paste(values, Placement(left, top, step, step), 80, 60, 0.35, -1.0)
        matrix = np.array([[step, 0, left], [0, step, top]])
        whole = cv2.warpAffine(values, matrix, (80, 60), flags=cv2.INTER_LINEAR, borderValue=-1.0)
        np.testing.assert_allclose(mask.probability(), whole, atol=2e-4)
        np.testing.assert_array_equal(mask.full(), mask.probability() > np.float32(0.35))


def test_a_mask_that_misses_the_frame_is_empty() -> None:
    mask = paste(np.ones((127, 127), np.float32), Placement(500, 500, 1, 1), 80, 60, 0.5, -1.0)
    assert mask.values.size == 0 and not mask.full().any() and mask.rle().area == 0


def test_the_rotated_box_hugs_the_largest_part_in_frame_pixels() -> None:
    values = np.zeros((60, 80), np.float32)
    corners = cv2.boxPoints(((40.0, 30.0), (36.0, 12.0), 30.0))
    cv2.fillPoly(values, [np.round(corners).astype(np.int32)], 1.0)
    values[2:5, 2:5] = 1.0
    mask = Mask(values, 100, 200, 400, 400, 0.5, -1.0)
    found = rotated_box(mask)
    assert found is not None
    np.testing.assert_allclose(sorted(found.tolist()), sorted(np.add(corners, (100, 200)).tolist()), atol=1.6)


def test_specks_have_no_rotated_box() -> None:
    values = np.zeros((60, 80), np.float32)
    values[2:12, 2:12] = 1.0  # its contour encloses 81 square pixels
    assert rotated_box(Mask(values, 0, 0, 80, 60, 0.5, -1.0)) is None
