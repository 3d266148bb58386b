"""The tracker's promises, on an untrained small network: what it learned is not what is tested here."""

import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tracking.box import Box
from tracking.compile import optimise
from tracking.errors import BadBox, BadInput, BadTrack
from tracking.presence import Presence
from tracking.profile import DEFAULT
from tracking.siammask import SiamMask, siammask_small
from tracking.track import State, Track
from tracking.tracker import Tracker

BOXES = [Box(20 + 22 * n, 30 + 7 * n, 30 + 3 * n, 24 + 2 * n) for n in range(8)]


@cache
def network() -> SiamMask:
    torch.manual_seed(7)
    return siammask_small(32).eval().requires_grad_(False)


@cache
def frames() -> NDArray[np.uint8]:
    """[5, 160, 240, 3]: a pattern that slides."""
    ground = np.random.default_rng(3).integers(0, 256, (200, 300, 3)).astype(np.uint8)
    return np.stack([ground[4 * n : 4 * n + 160, 6 * n : 6 * n + 240] for n in range(5)])


def tracker(fingerprint: str = "f") -> Tracker:
    return Tracker(optimise(network()), DEFAULT, fingerprint=fingerprint)


def test_eight_objects_in_a_batch_are_eight_single_runs() -> None:
    together = tracker().start(frames()[0], BOXES)
    alone = [tracker().start(frames()[0], [box])[0] for box in BOXES]
    for frame in frames()[1:]:
        moved, steps = tracker().step(frame, together)
        for index, single in enumerate(alone):
            (after,), (step,) = tracker().step(frame, [single])
            assert step.score == pytest.approx(steps[index].score, abs=1e-5)
            np.testing.assert_allclose(step.center, steps[index].center, atol=1e-3)
            np.testing.assert_allclose(step.mask.values, steps[index].mask.values, atol=1e-4)
            alone[index] = after
        together = moved


def test_equal_runs_give_equal_bits() -> None:
    def run() -> list[bytes]:
        tracks = tracker().start(frames()[0], BOXES[:3])
        for frame in frames()[1:]:
            tracks, _ = tracker().step(frame, tracks)
        return [track.to_bytes() for track in tracks]

    assert run() == run()


def test_a_run_that_went_through_bytes_goes_on_bit_for_bit() -> None:
    tracks = tracker().start(frames()[0], BOXES[:2])
    tracks, _ = tracker().step(frames()[1], tracks)
    thawed = tuple(Track.from_bytes(track.to_bytes()) for track in tracks)
    for frame in frames()[2:]:
        tracks, steps = tracker().step(frame, tracks)
        thawed, again = tracker().step(frame, thawed)
        for one, other in zip(steps, again, strict=True):
            assert one.score == other.score and one.center == other.center
            np.testing.assert_array_equal(one.mask.values, other.mask.values)


def test_the_frames_and_tracks_given_are_left_as_they_were() -> None:
    frame = frames()[0].copy()
    tracks = tracker().start(frame, BOXES[:1])
    before = tracks[0].to_bytes()
    tracker().step(frame, tracks)
    np.testing.assert_array_equal(frame, frames()[0])
    assert tracks[0].to_bytes() == before


def test_no_box_is_no_track_and_no_track_is_no_step() -> None:
    assert tracker().start(frames()[0], []) == ()
    assert tracker().step(frames()[0], []) == ((), ())


@pytest.mark.parametrize(
    "frame", [np.zeros((160, 240), np.uint8), np.zeros((160, 240, 4), np.uint8), np.zeros((160, 240, 3), np.float32)]
)
def test_a_frame_that_is_no_picture_is_refused(frame: NDArray[np.uint8]) -> None:
    with pytest.raises(BadInput, match=r"uint8 \[H, W, 3\]"):
        tracker().start(frame, BOXES[:1])


def test_a_frame_of_another_size_is_refused_with_both_sizes() -> None:
    tracks = tracker().start(frames()[0], BOXES[:1])
    with pytest.raises(BadInput, match="240 x 160 px cannot go on in a frame of 200 x 100"):
        tracker().step(np.zeros((100, 200, 3), np.uint8), tracks)


def test_a_track_of_other_weights_is_refused() -> None:
    tracks = tracker("one").start(frames()[0], BOXES[:1])
    with pytest.raises(BadTrack, match="'one' cannot go on with 'two'"):
        tracker("two").step(frames()[0], tracks)


def test_a_box_outside_the_frame_starts_nothing() -> None:
    with pytest.raises(BadBox, match="outside the frame of 240 x 160"):
        tracker().start(frames()[0], [BOXES[0], Box(230, 10, 20, 20)])


def test_an_object_without_a_single_pixel_is_lost() -> None:
    everything = Tracker(network(), replace(DEFAULT, mask_threshold=0.0))
    nothing = Tracker(network(), replace(DEFAULT, mask_threshold=1.0))
    tracks = everything.start(frames()[0], BOXES[:1])
    assert everything.step(frames()[1], tracks)[1][0].state is State.TRACKED
    assert nothing.step(frames()[1], tracks)[1][0].state is State.LOST


def judging(bias: float) -> Tracker:
    """A tracker that believes everything (a high bias) or nothing (a low one), whatever it sees."""
    presence = Presence((0.0,) * 8, bias, doubtful_below=0.6, lost_below=0.4, found_above=0.8, patience=1)
    return Tracker(optimise(network()), replace(DEFAULT, mask_threshold=0.01), fingerprint="f", presence=presence)


def test_what_is_not_believed_has_no_mask_and_keeps_its_place() -> None:
    tracks = judging(9).start(frames()[0], BOXES[:2])
    tracks, seen = judging(9).step(frames()[1], tracks)
    moved, steps = judging(-9).step(frames()[2], tracks)
    for track, step, before in zip(moved, steps, seen, strict=True):
        assert step.state is State.LOST
        assert not step.mask.full().any() and step.mask.rle().height == 160
        assert step.center == track.center == before.center
        assert track.sight is not None
        assert step.size == track.size == track.sight.size


def test_a_lost_object_is_looked_for_until_it_is_believed_again_and_goes_on_through_bytes_bit_for_bit() -> None:
    tracks = judging(9).start(frames()[0], BOXES[:2])
    for frame in frames()[1:4]:
        tracks, _ = judging(-9).step(frame, tracks)
    assert [track.sight.lost for track in tracks if track.sight is not None] == [3, 3]
    # one as fast as this may be anywhere by now: an untrained network finds it anywhere
    tracks = tuple(replace(track, sight=replace(track.sight, pace=100)) for track in tracks if track.sight)
    thawed = tuple(Track.from_bytes(track.to_bytes()) for track in tracks)
    found, steps = judging(9).step(frames()[4], tracks)
    again, same = judging(9).step(frames()[4], thawed)
    assert [step.state for step in steps] == [State.TRACKED] * 2
    assert [track.to_bytes() for track in found] == [track.to_bytes() for track in again]
    for one, other in zip(steps, same, strict=True):
        np.testing.assert_array_equal(one.mask.values, other.mask.values)


def test_one_lost_object_does_not_disturb_another_of_its_batch() -> None:
    tracks = judging(9).start(frames()[0], BOXES[:2])
    lost, _ = judging(-9).step(frames()[1], tracks)
    _, alone = judging(0.1).step(frames()[1], tracks[1:])
    _, together = judging(0.1).step(frames()[1], (lost[0], tracks[1]))
    assert together[0].state is State.LOST and together[1].state is State.DOUBTFUL
    np.testing.assert_allclose(together[1].mask.values, alone[0].mask.values, atol=1e-4)


def test_a_lost_object_is_not_believed_where_it_cannot_have_come() -> None:
    tracks = judging(9).start(frames()[0], BOXES[:2])
    for frame in frames()[1:4]:
        tracks, _ = judging(-9).step(frame, tracks)
    tracks, steps = judging(9).step(frames()[4], tracks)
    assert [step.state for step in steps] == [State.LOST] * 2
    assert all(track.sight is not None and track.sight.lookalikes for track in tracks)


def test_without_presence_a_track_remembers_nothing_more() -> None:
    (track,) = tracker().start(frames()[0], BOXES[:1])
    assert track.sight is None


def test_positions_stay_in_the_frame_and_sizes_over_ten_pixels() -> None:
    tracks = tracker().start(frames()[0], BOXES)
    for frame in (*frames(), *frames()[::-1]):
        tracks, steps = tracker().step(frame, tracks)
        for step in steps:
            assert 0 <= step.center[0] <= 240 and 0 <= step.center[1] <= 160
            assert 10 <= step.size[0] <= 240 and 10 <= step.size[1] <= 160
            assert 0 <= step.score <= 1


def test_the_tracking_package_knows_no_web() -> None:
    code = (
        "import sys, tracking; bad = {'django', 'celery', 'channels', 'studio'} & set(sys.modules); sys.exit(str(bad))"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=60)
    assert done.stderr.strip() == "set()"
