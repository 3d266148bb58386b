import numpy as np
import pytest

from tracking.evaluation.measures import Statistics, boundary, boundary_accuracy, region_similarity


def ellipse(center_x: float, center_y: float, radius_x: float, radius_y: float) -> np.ndarray:
    y, x = np.mgrid[:150, :200]
    return ((x - center_x) / radius_x) ** 2 + ((y - center_y) / radius_y) ** 2 <= 1


def test_a_mask_agrees_with_itself():
    mask = ellipse(80, 70, 30, 30)

    assert region_similarity(mask, mask) == 1.0
    assert boundary_accuracy(mask, mask) == 1.0


def test_two_empty_masks_agree():
    empty = np.zeros((20, 30), np.bool_)

    assert region_similarity(empty, empty) == 1.0
    assert boundary_accuracy(empty, empty) == 1.0


def test_an_empty_mask_of_a_present_object_is_worth_nothing():
    mask, empty = ellipse(80, 70, 30, 30), np.zeros((150, 200), np.bool_)

    assert region_similarity(empty, mask) == region_similarity(mask, empty) == 0.0
    assert boundary_accuracy(empty, mask) == boundary_accuracy(mask, empty) == 0.0


def test_half_an_object_is_half_similar():
    whole = np.zeros((20, 30), np.bool_)
    whole[5:15, 5:15] = True
    half = whole.copy()
    half[10:] = False

    assert region_similarity(half, whole) == 0.5


def test_a_boundary_within_the_tolerance_counts_as_found_and_one_beyond_does_not():
    mask = np.zeros((150, 200), np.bool_)  # diagonal 250: the tolerance is 2 px
    mask[:, :100] = True
    near, far = np.roll(mask, 2, axis=1), np.roll(mask, 3, axis=1)
    near[:, :2], far[:, :3] = True, True

    assert boundary_accuracy(near, mask) == 1.0
    assert boundary_accuracy(far, mask) == 0.0


def test_the_boundary_is_one_pixel_wide_and_lies_up_and_left_of_the_edge():
    mask = np.zeros((6, 6), np.bool_)
    mask[2:4, 2:4] = True

    edge = boundary(mask)

    assert edge.astype(int).tolist() == [
        [0, 0, 0, 0, 0, 0],
        [0, 1, 1, 1, 0, 0],
        [0, 1, 0, 1, 0, 0],
        [0, 1, 1, 1, 0, 0],
        [0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0],
    ]


@pytest.mark.parametrize("center", [(100, 75), (0, 0), (199, 149), (199, 0), (0, 149), (100, 149), (199, 70)])
def test_working_near_the_masks_alone_changes_nothing(center: tuple[int, int], monkeypatch: pytest.MonkeyPatch):
    mask, annotation = ellipse(*center, 25, 25), ellipse(*center, 27, 21)
    near = boundary_accuracy(mask, annotation)

    everywhere = (slice(None), slice(None))
    monkeypatch.setattr("tracking.evaluation.measures._surroundings", lambda *masks: everywhere)

    assert 0 < near < 1
    assert boundary_accuracy(mask, annotation) == near


def test_decay_is_what_the_last_quarter_lost_and_recall_the_share_above_a_half():
    values = [1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25]

    statistics = Statistics.of_frames(values)

    assert statistics.mean == pytest.approx(5.25 / 9)
    assert statistics.recall == pytest.approx(3 / 9)
    assert statistics.decay == pytest.approx(0.75)


def test_decay_of_more_than_256_frames_is_right():
    """The published code keeps the quarters' edges in 8 bits."""
    values = np.linspace(1, 0, 401)

    assert Statistics.of_frames(values).decay == pytest.approx(0.75, abs=1e-9)
