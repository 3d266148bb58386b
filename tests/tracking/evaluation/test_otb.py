from pathlib import Path

import numpy as np
import pytest

from drawn.benchmarks import ScriptedTracker, step_of_box, write_otb
from tracking.box import Box
from tracking.errors import BadInput
from tracking.evaluation import otb


def test_a_tracker_that_is_always_right_is_nearly_perfect(tmp_path: Path):
    (sequence,) = otb.read_sequences(write_otb(tmp_path) / "Shapes")
    tracker = ScriptedTracker([(step_of_box(100, 60 - index, 50, 40),) for index in range(1, 8)])

    score = otb.score_sequence(tracker, sequence)

    assert tracker.starts == [[Box(100, 60, 50, 40)]]
    assert score.success == pytest.approx(20 / 21)  # an overlap of 1 is not above the last threshold, 1
    assert score.precision == 1.0


def test_success_is_the_share_of_thresholds_the_overlap_exceeds():
    truth = np.array([[0.0, 0, 10, 10], [0, 0, 10, 10]])
    boxes = np.array([[0.0, 0, 10, 5], [50, 50, 10, 10]])  # overlaps of 0.5 and 0

    assert otb.success(boxes, truth) == pytest.approx(10 / 21 / 2)


def test_precision_is_the_share_of_centres_within_twenty_pixels():
    truth = np.array([[0.0, 0, 10, 10]] * 4)
    boxes = truth + np.array([[0, 0, 0, 0], [20, 0, 0, 0], [0, 20.5, 0, 0], [100, 0, 0, 0]])

    assert otb.precision(boxes, truth) == 0.5


def test_a_frame_without_an_object_counts_as_missed():
    truth = np.array([[10.0, 10, 10, 10], [0, 0, 0, 0]])

    assert otb.success(truth, truth) == pytest.approx(20 / 21 / 2)
    assert otb.precision(truth, truth) == 0.5


def test_two_ground_truths_are_two_sequences(tmp_path: Path):
    folder = write_otb(tmp_path, "Jogging") / "Jogging"
    (folder / "groundtruth_rect.2.txt").write_text((folder / "groundtruth_rect.txt").read_text())
    (folder / "groundtruth_rect.txt").rename(folder / "groundtruth_rect.1.txt")

    assert [sequence.name for sequence in otb.read_sequences(folder)] == ["Jogging.1", "Jogging.2"]


def test_a_sequence_without_ground_truth_is_refused(tmp_path: Path):
    folder = write_otb(tmp_path) / "Shapes"
    (folder / "groundtruth_rect.txt").write_text("")

    with pytest.raises(BadInput, match=r"there is no groundtruth_rect\.txt"):
        otb.read_sequences(folder)
