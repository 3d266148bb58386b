"""The tracker beside the original's: the same weights, the same frames, the same numbers.

Traces were made by foolwood/SiamMask and pysot; the tolerances are those their README gives.
"""

import copy
from dataclasses import replace

import numpy as np
import pytest
import torch

from conformance.reference import frames, network, overlap, trace, tracker
from tracking.compile import optimise
from tracking.profile import BASE, DAVIS, PYSOT, VOT, VOT_LD
from tracking.tracker import Tracker

PROFILES = {"davis": DAVIS, "vot": VOT, "vot18": VOT_LD, "base": BASE, "pysot": PYSOT}


def follow(tracker: Tracker, name: str) -> None:
    """Track the whole clip freely and compare each frame with the trace."""
    expected = trace(name)
    tracks = tracker.start(frames()[0], [expected.box])
    assert np.allclose(tracks[0].center, expected.position[0], atol=0.02)
    for index, frame in enumerate(frames()[1:]):
        tracks, (step,) = tracker.step(frame, tracks)
        assert step.score == pytest.approx(expected.score[index], abs=2e-5)
        np.testing.assert_allclose(step.center, expected.position[index + 1], atol=0.02)
        np.testing.assert_allclose(step.size, expected.size[index + 1], atol=0.02)
        np.testing.assert_allclose(step.rotated_box, expected.polygon[index], atol=0.01)
        assert overlap(step.mask.full(), expected.mask[index]) >= 0.998


@pytest.mark.parametrize("name", PROFILES)
def test_a_free_run_is_the_originals_in_every_frame(name: str) -> None:
    follow(tracker(PROFILES[name]), name)


@pytest.mark.parametrize("name", PROFILES)
def test_the_optimised_network_meets_the_same_trace(name: str) -> None:
    profile = PROFILES[name]
    follow(tracker(profile, optimise(network(refined=profile.mask_side == 127))), name)


def test_the_original_of_another_profile_is_told_apart() -> None:
    with pytest.raises(AssertionError):
        follow(tracker(replace(DAVIS, window_influence=0.3)), "davis")


def test_bf16_stays_near_the_trace_from_any_of_its_frames() -> None:
    # Teacher-forced: each frame starts from the trace's own position, so that errors do not add up. bf16 keeps 8 bits
    # of a number. Over these random weights masks are mostly edge, and two anchors often score alike: the tolerance is
    # a median IoU of .85, frames where another anchor won counted as 0.
    expected = trace("davis")
    fast = optimise(copy.deepcopy(network(refined=True)).bfloat16())
    low = Tracker(fast, DAVIS, dtype=torch.bfloat16)
    (start,) = tracker(DAVIS).start(frames()[0], [expected.box])
    agreed = []
    for index, frame in enumerate(frames()[1:]):
        center, size = (tuple(float(value) for value in row[index]) for row in (expected.position, expected.size))
        placed = replace(start, center=(center[0], center[1]), size=(size[0], size[1]))
        _, (step,) = low.step(frame, [placed])
        near = np.allclose(step.center, expected.position[index + 1], atol=2.0)
        agreed.append(overlap(step.mask.full(), expected.mask[index]) if near else 0.0)
    assert np.median(agreed) >= 0.85
