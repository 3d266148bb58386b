"""Each sign that a tracker went wrong puts its frames in the queue; a calm object puts none."""

from __future__ import annotations

from uuid import UUID

import numpy as np
import pytest

from studio.scenes.models import Mask
from studio.scenes.review import Signs, stretches

CAT = UUID(int=1)
SIZE = (640, 360)


def calm(frames: int = 100) -> Signs:
    """A box of 40 x 30 px that moves 2 px a frame and is filled to four fifths, its area trembling by a hundredth."""
    x = 50 + 2 * np.arange(frames)[:, None] + np.array([0, 40, 40, 0])
    y = 100 + np.zeros((frames, 1)) + np.array([0, 0, 30, 30])
    return Signs(
        frames=np.arange(frames),
        states=np.full(frames, Mask.State.TRACKED),
        scores=np.full(frames, 0.9),
        areas=960 + 10.0 * (np.arange(frames) % 2),
        corners=np.stack([x, y], axis=-1).astype(float),
        accepted=np.zeros(frames, dtype=bool),
    )


def found(signs: Signs) -> list[tuple[str, int, int, int]]:
    return [(item.reason, item.first, item.last, item.worst) for item in stretches(CAT, signs, SIZE)]


def test_a_calm_object_needs_no_look():
    assert found(calm()) == []


def test_an_object_without_masks_needs_no_look():
    assert found(calm(0)) == []


def test_frames_where_it_is_lost_are_one_stretch_that_says_how_many():
    signs = calm()
    signs.states[30:42] = Mask.State.LOST
    signs.areas[30:42], signs.corners[30:42] = 0, np.nan

    stretch = stretches(CAT, signs, SIZE)[0]

    assert (stretch.reason, stretch.first, stretch.last, stretch.sentence) == ("lost", 30, 41, "Lost on 12 frames")


def test_low_scores_lead_to_their_lowest_frame_and_sure_frames_between_are_looked_at_with_them():
    signs = calm()
    signs.scores[20:24] = [0.45, 0.31, 0.4, 0.45]
    signs.scores[27] = 0.4  # three sure frames after
    signs.scores[60] = 0.4

    assert found(signs) == [("score", 20, 27, 21), ("score", 60, 60, 60)]
    assert stretches(CAT, signs, SIZE)[0].sentence == "Score falls to 31"


def test_a_frame_the_tracker_doubts_is_looked_at_whatever_its_score():
    signs = calm()
    signs.states[50] = Mask.State.DOUBTFUL

    assert found(signs) == [("doubtful", 50, 50, 50)]


def test_a_jump_of_the_area_is_found_and_one_that_a_hand_made_is_not():
    signs = calm()
    signs.areas[40:] *= 1.8
    signs.corners[40:, :, 1] = 100 + np.array([0, 0, 54, 54])
    drawn = calm()
    drawn.areas[40:] *= 1.8
    drawn.corners[40:, :, 1] = 100 + np.array([0, 0, 54, 54])
    drawn.states[40] = Mask.State.EDITED

    assert found(signs) == [("jump", 40, 40, 40)]
    assert stretches(CAT, signs, SIZE)[0].sentence == "Area jumps by +78% in one frame"
    assert found(drawn) == []


def test_an_object_whose_area_is_never_still_is_measured_by_its_own_habit():
    signs = calm()
    signs.areas[:] = 960 * np.where(np.arange(100) % 2, 1.5, 1.0)

    assert "jump" not in [reason for reason, *_ in found(signs)]


def test_a_mask_that_leaves_its_box_empty_is_found():
    signs = calm()
    signs.areas[70:73] *= 0.8 ** np.arange(1, 4)  # too slow for a jump
    signs.areas[73:] *= 0.42

    assert found(signs) == [("shape", 72, 99, 74)]


def test_meeting_and_leaving_the_edge_is_a_moment_and_the_time_between_is_not():
    signs = calm()
    signs.corners[30:60, :, 0] -= signs.corners[30:60, :1, 0]  # its left side on the edge

    assert found(signs) == [("edge", 30, 30, 30), ("edge", 60, 60, 60)]


def test_the_gravest_sign_of_a_stretch_gives_the_reason():
    signs = calm()
    signs.scores[40:50] = 0.45
    signs.states[45] = Mask.State.DOUBTFUL

    assert found(signs) == [("doubtful", 40, 49, 45)]


def test_where_it_is_lost_is_a_stretch_of_its_own_between_doubtful_ones():
    signs = calm()
    signs.scores[40:50] = 0.45
    signs.states[44:46] = Mask.State.LOST

    assert found(signs) == [("score", 40, 43, 40), ("lost", 44, 45, 44), ("score", 46, 49, 46)]


def test_accepted_frames_are_not_in_the_queue():
    signs = calm()
    signs.scores[40:50] = 0.3
    signs.accepted[40:50] = True
    signs.accepted[44] = False

    assert found(signs) == [("score", 44, 44, 44)]


@pytest.mark.parametrize("state", [Mask.State.PROMPT, Mask.State.EDITED, Mask.State.ABSENT])
def test_what_a_person_made_needs_no_look(state: Mask.State):
    signs = calm()
    signs.states[30:40], signs.scores[30:40] = state, 0.1

    assert found(signs) == []
