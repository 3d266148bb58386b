"""Searching the next frame before this one's masks are made: the same results, whether a guess holds or not."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from tracking.compile import optimise
from tracking.cores import SideBySide
from tracking.errors import BadInput
from tracking.presence import Presence
from tracking.profile import DEFAULT
from tracking.pursuit import Pursuit
from tracking.track import State, Step, Track
from tracking.tracker import Tracker

from .test_tracker import BOXES, frames, judging, network

Done = list[tuple[tuple[bytes, ...], tuple[Step, ...]]]  # of each frame: the tracks, to the byte, and what was found
Follow = Callable[[np.ndarray, Sequence[Track], np.ndarray | None], tuple[tuple[Track, ...], tuple[Step, ...]]]


def two_cores(presence: Presence | None = None) -> Tracker:
    side_by_side = SideBySide(optimise(network()), 2, large=False)
    return Tracker(side_by_side, DEFAULT, fingerprint="f", presence=presence, spare_core=True)


class Counted:
    """A tracker whose searches are counted, each with the frame it was of."""

    def __init__(self, tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
        self.frames: list[int] = []
        search = tracker.search

        def counted(frame: np.ndarray, tracks: Sequence[Track]) -> object:
            self.frames.append(next(n for n, one in enumerate(frames()) if np.shares_memory(one, frame)))
            return search(frame, tracks)

        monkeypatch.setattr(tracker, "search", counted)


def through(follow: Follow, tracks: tuple[Track, ...]) -> Done:
    """What comes of all frames, each step told of the next frame."""
    done = []
    pictures = [frames()[n] for n in range(1, len(frames()))]
    for picture, coming in zip(pictures, [*pictures[1:], None], strict=True):
        tracks, steps = follow(picture, tracks, coming)
        done.append((tuple(track.to_bytes() for track in tracks), steps))
    return done


def assert_alike(ours: Done, theirs: Done) -> None:
    for (tracks, steps), (same_tracks, same_steps) in zip(ours, theirs, strict=True):
        assert tracks == same_tracks
        for step, same in zip(steps, same_steps, strict=True):
            assert (step.score, step.state, step.confidence) == (same.score, same.state, same.confidence)
            np.testing.assert_array_equal(step.mask.values, same.mask.values)
            np.testing.assert_array_equal(step.rotated_box, same.rotated_box)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_the_results_are_those_of_single_steps_bit_for_bit(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    tracker = two_cores()
    start = tracker.start(frames()[0], BOXES[:count])
    alone = through(lambda frame, tracks, _: tracker.step(frame, tracks), start)
    counted = Counted(tracker, monkeypatch)

    ahead = through(Pursuit(tracker).step, start)

    assert_alike(ahead, alone)
    assert counted.frames == [1, 2, 3, 4]  # each once: every guess held


@pytest.mark.parametrize("bias", [-9.0, 0.0, 9.0])
def test_an_object_that_is_not_where_it_was_thought_to_be_is_searched_again(
    bias: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracker = two_cores(judging(bias).presence)
    start = tracker.start(frames()[0], BOXES[:2])
    alone = through(lambda frame, tracks, _: tracker.step(frame, tracks), start)
    counted = Counted(tracker, monkeypatch)

    ahead = through(Pursuit(tracker).step, start)

    assert_alike(ahead, alone)
    if bias == -9:  # lost at once: the guess was that it is followed
        assert alone[0][1][0].state is State.LOST
        assert counted.frames.count(2) == 2


def test_a_guess_for_other_frames_or_other_objects_is_not_used() -> None:
    tracker = two_cores()
    first, second, third = (frames()[n] for n in (1, 2, 3))
    start = tracker.start(frames()[0], BOXES[:3])
    pursuit = Pursuit(tracker)

    tracks, _ = pursuit.step(first, start, second)
    left, steps = pursuit.step(second, tracks[1:], third)  # one was let go
    assert_alike([((), steps)], [((), tracker.step(second, tracks[1:])[1])])

    again, steps = pursuit.step(second, tracks, third)  # another frame than was promised
    assert_alike([((), steps)], [((), tracker.step(second, tracks)[1])])
    assert len(left) == 2 and len(again) == 3


def test_a_step_of_nothing_leaves_the_guess_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    tracker = two_cores()
    pursuit = Pursuit(tracker)
    first, second = frames()[1], frames()[2]
    tracks, _ = pursuit.step(first, tracker.start(frames()[0], BOXES[:1]), second)
    assert pursuit.step(first, []) == ((), ())
    counted = Counted(tracker, monkeypatch)
    pursuit.step(second, tracks)
    assert counted.frames == []


def test_its_thread_ends_with_it() -> None:
    def threads() -> list[threading.Thread]:
        return [thread for thread in threading.enumerate() if thread.name.startswith("pursuit")]

    gc.collect()  # those of other tests
    tracker = two_cores()
    pursuit = Pursuit(tracker)
    pursuit.step(frames()[1], tracker.start(frames()[0], BOXES[:1]), frames()[2])
    mine = threads()
    assert mine
    del pursuit
    gc.collect()
    for thread in mine:
        thread.join(10)
        assert not thread.is_alive()


def test_a_fault_of_the_search_that_was_begun_is_raised_where_its_frame_comes() -> None:
    tracker = two_cores()
    pursuit = Pursuit(tracker)
    small = np.zeros((40, 60, 3), np.uint8)
    tracks, _ = pursuit.step(frames()[1], tracker.start(frames()[0], BOXES[:1]), small)
    with pytest.raises(BadInput, match="60 x 40 px"):
        pursuit.step(small, tracks)


def test_without_a_spare_core_nothing_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    tracker = Tracker(optimise(network()), DEFAULT, fingerprint="f")
    tracks = tracker.start(frames()[0], BOXES[:1])
    counted = Counted(tracker, monkeypatch)
    Pursuit(tracker).step(frames()[1], tracks, frames()[2])
    assert counted.frames == [1]
