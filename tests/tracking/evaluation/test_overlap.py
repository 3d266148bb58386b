from pathlib import Path

import numpy as np
import pytest

from tracking.evaluation.overlap import polygon_overlap

CONFORMANCE = Path(__file__).resolve().parents[2] / "conformance"
SINGLE = 1e-6  # the toolkit answers in single precision


def box(x: float, y: float, width: float, height: float) -> np.ndarray:
    return np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]])


@pytest.mark.parametrize(
    ("name", "width", "height"),
    [("overlap_854x480", 854, 480), ("overlap_pysot_854x480", 854, 480), ("overlap_pysot_853x479", 853, 479)],
)
def test_overlaps_are_those_of_the_vot_toolkit(name: str, width: int, height: int):
    with np.load(CONFORMANCE / "vot_overlap.npz") as fixture:
        overlaps = [polygon_overlap(a, b, width, height) for a, b in zip(fixture["a"], fixture["b"], strict=True)]

        np.testing.assert_allclose(overlaps, fixture[name], atol=SINGLE)


def test_a_polygon_overlaps_itself_wholly_and_a_distant_one_not_at_all():
    assert polygon_overlap(box(10, 10, 30, 20), box(10, 10, 30, 20), 100, 100) == 1.0
    assert polygon_overlap(box(10, 10, 30, 20), box(60, 10, 30, 20), 100, 100) == 0.0


def test_pixels_at_both_ends_count():
    assert polygon_overlap(box(0, 0, 9, 9), box(0, 0, 9, 4), 100, 100) == 0.5


def test_what_lies_outside_the_frame_does_not_count():
    inside, outside = box(0, 0, 9, 9), box(-40, 0, 49, 9)

    assert polygon_overlap(inside, outside, 100, 100) == 1.0


def test_a_polygon_without_area_overlaps_nothing():
    assert polygon_overlap(box(10, 10, 0, 0), box(5, 5, 20, 20), 100, 100) == 0.0
