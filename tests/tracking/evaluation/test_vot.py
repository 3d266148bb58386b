import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from drawn.benchmarks import HEIGHT, WIDTH, ScriptedTracker, step_of_box, write_vot
from tracking.errors import BadInput
from tracking.evaluation import vot
from tracking.profile import PYSOT, Center

CONFORMANCE = Path(__file__).resolve().parents[2] / "conformance"


def right(index: int) -> tuple:
    """The step that finds write_vot's box."""
    return (step_of_box(100, 60 - index, 49, 39),)


LOST = (step_of_box(5, 5, 20, 20),)


def trajectory(overlaps: list[float], starts: list[int], failures: list[int]) -> vot.VotTrajectory:
    values = np.array(overlaps)
    return vot.VotTrajectory("x", values, values, tuple(starts), tuple(failures), len(values), 1.0)


def test_a_tracker_that_never_loses_its_object_starts_once(tmp_path: Path):
    sequence = vot.read_sequence(write_vot(tmp_path, frames=20) / "shapes")

    run = vot.run_sequence(ScriptedTracker([right(index) for index in range(1, 20)]), sequence)

    assert (run.starts, run.failures, run.frames) == ((0,), (), 19)
    assert math.isnan(run.overlaps[0])
    assert run.overlaps[1:].tolist() == [1.0] * 19


def test_after_a_failure_the_tracker_starts_again_five_frames_later(tmp_path: Path):
    sequence = vot.read_sequence(write_vot(tmp_path, frames=20) / "shapes")
    tracker = ScriptedTracker([right(1), right(2), LOST, *(right(index) for index in range(9, 20))])

    run = vot.run_sequence(tracker, sequence)

    assert (run.starts, run.failures) == ((0, 8), (3,))
    assert np.flatnonzero(~np.isnan(run.overlaps)).tolist() == [1, 2, *range(9, 20)]
    assert len(tracker.starts) == 2


def test_accuracy_leaves_out_ten_frames_from_each_start():
    overlaps = [math.nan, *([0.2] * 9), 0.8, 0.6, math.nan, *([0.1] * 4), math.nan, *([0.3] * 9), 1.0]
    run = trajectory(overlaps, [0, 17], [12])

    assert run.accuracy == pytest.approx((0.8 + 0.6 + 0.1 * 4 + 1.0) / 7)


def test_robustness_is_failures_per_hundred_frames():
    runs = (trajectory([0.5] * 150, [0], []), trajectory([0.5] * 50, [0], [3, 20, 30]))

    assert vot.VotScore(runs, (100, 356)).robustness == 1.5


def test_expected_overlap_weighs_runs_by_the_lengths_they_tell_of():
    nan = math.nan
    steady = trajectory([nan] + [0.5] * 9, [0], [])
    lost = trajectory([nan, 0.9, 0.9, nan, nan, nan, nan, nan, nan, 0.6], [0, 8], [3])

    # length 2: the runs .5, .9 and .6; length 3: .5 and .9, the last has ended; length 4: .5 and (.9 + .9 + 0) / 3
    assert vot.expected_average_overlap([steady, lost], 2, 2) == pytest.approx(2 / 3)
    assert vot.expected_average_overlap([steady, lost], 3, 3) == pytest.approx(0.7)
    assert vot.expected_average_overlap([steady, lost], 2, 4) == pytest.approx((2 / 3 + 0.7 + 0.55) / 3)


def test_sequences_shorter_than_the_interval_have_no_expected_overlap():
    assert math.isnan(vot.expected_average_overlap([trajectory([0.5] * 20, [0], [])], 100, 356))


def test_upright_boxes_are_those_of_the_original():
    with np.load(CONFORMANCE / "axis_aligned.npz") as fixture:
        for polygon, expected in zip(fixture["poly"], fixture["cxcywh"], strict=True):
            center, size = vot.upright(polygon.reshape(4, 2))

            np.testing.assert_allclose([*center, *size], expected, rtol=1e-6)


@pytest.mark.parametrize("convention", list(Center))
def test_the_starting_box_has_the_polygons_centre_by_the_profiles_convention(convention: Center):
    polygon = vot.polygon_of([100, 60, 50, 40])

    box = vot.start_box(polygon, convention, WIDTH, HEIGHT)

    inset = 1 if convention is PYSOT.center else 0
    assert (box.x + (box.width - inset) / 2, box.y + (box.height - inset) / 2) == (124.5, 79.5)
    assert (box.width, box.height) == (50, 40)


def test_a_starting_box_is_cut_to_the_frame():
    box = vot.start_box(vot.polygon_of([-20, 100, 50, 40]), Center.EDGES, WIDTH, HEIGHT)

    assert box.check(WIDTH, HEIGHT) == replace(box, x=0)
    assert box.y + box.height == HEIGHT


def test_four_numbers_are_a_box_and_eight_its_corners():
    assert vot.polygon_of([10, 20, 5, 4]).tolist() == [[10, 20], [10, 23], [14, 23], [14, 20]]
    assert vot.polygon_of(range(8)).tolist() == [[0, 1], [2, 3], [4, 5], [6, 7]]


def test_a_line_of_five_numbers_is_refused_by_its_number(tmp_path: Path):
    folder = write_vot(tmp_path) / "shapes"
    truth = folder / "groundtruth.txt"
    truth.write_text(truth.read_text().replace("100,58,50,40", "100,58,50,40,1"))

    with pytest.raises(BadInput, match="must have 4 or 8 numbers a line, but line 3 is"):
        vot.read_sequence(folder)


def test_more_lines_than_frames_are_refused(tmp_path: Path):
    folder = write_vot(tmp_path) / "shapes"
    (folder / "00000001.jpg").unlink()

    with pytest.raises(BadInput, match="has 8 lines for 7 frames"):
        vot.read_sequence(folder)
