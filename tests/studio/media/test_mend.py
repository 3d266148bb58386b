"""Holes, specks, edges and flicker, on masks drawn for it."""

import numpy as np
import pytest

from studio.media import mend
from studio.media.rle import Bits


def disc(x: float, y: float, radius: float, size: int = 80) -> Bits:
    rows, columns = np.mgrid[:size, :size]
    return ((columns - x) ** 2 + (rows - y) ** 2 <= radius**2).astype(np.uint8)


def test_holes_are_filled_and_bays_are_not():
    ring = disc(40, 40, 30) & (1 - disc(40, 40, 10))
    bay = ring.copy()
    bay[38:43, 40:] = 0  # the hole opens to the outside

    assert np.array_equal(mend.fill_holes(ring), disc(40, 40, 30))
    assert np.array_equal(mend.fill_holes(bay), bay)


def test_a_mask_that_touches_every_edge_has_its_holes_filled_too():
    bits = np.ones((20, 30), np.uint8)
    bits[5:8, 5:8] = 0
    assert mend.fill_holes(bits).all()


def test_specks_under_the_size_go_and_the_largest_part_never():
    bits = disc(40, 40, 10)
    bits[2:4, 2:4] = 1  # 4 px
    bits[70:73, 70:73] = 1  # 9 px

    kept = mend.drop_specks(bits, 5)

    assert not kept[:5, :5].any()
    assert kept[70:73, 70:73].all()
    assert np.array_equal(mend.drop_specks(bits, 10**6), disc(40, 40, 10))


@pytest.mark.parametrize("by", [1, 3, 8])
def test_growing_and_shrinking_move_the_edge_by_so_many_pixels(by: int):
    bits = np.zeros((80, 80), np.uint8)
    bits[20:60, 30:50] = 1
    grown, shrunk = mend.grow(bits, by), mend.grow(bits, -by)
    for made, out in ((grown, by), (shrunk, -by)):
        assert np.flatnonzero(made[40]).tolist() == list(range(30 - out, 50 + out))
        assert np.flatnonzero(made[:, 40]).tolist() == list(range(20 - out, 60 + out))
    if by > 1:
        assert grown[20 - by, 30 - by] == 0, "a corner grows round"


def test_an_object_cut_by_the_picture_does_not_shrink_from_its_edge():
    bits = np.zeros((40, 40), np.uint8)
    bits[10:30, :20] = 1
    shrunk = mend.grow(bits, -3)
    assert shrunk[20, 0] == 1
    assert shrunk[20, 18] == 0


def test_smoothing_takes_a_flicker_away_from_an_object_that_moves():
    truth = [disc(20 + 4 * frame, 40, 12) for frame in range(3)]
    flicker = truth[1].copy()
    flicker[38:42, 24:28] = 0  # a hole that its neighbours do not have

    made = mend.smooth(flicker, [truth[0], truth[2]])

    assert (made != truth[1]).sum() <= 0.1 * truth[1].sum()
    assert (made != truth[1]).sum() < (flicker != truth[1]).sum() * 3
    assert made[38:42, 24:28].all()


def test_smoothing_alone_changes_nothing():
    bits = disc(40, 40, 9)
    assert np.array_equal(mend.smooth(bits, []), bits)
