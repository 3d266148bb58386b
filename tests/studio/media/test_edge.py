"""How deep a pixel lies is its distance to the nearest that is none of the mask's, worked out for every pair."""

import numpy as np
import pytest

from drawn.tracks import draw_masks
from studio.media.edge import near_edge


def masks() -> list[np.ndarray]:
    random = np.random.default_rng(3)
    blocks = np.kron(random.random((6, 5)) < 0.7, np.ones((7, 9), bool))
    return [random.random((20, 30)) < 0.9, blocks, *(np.pad(bits, 2) for bits in draw_masks().values())]


@pytest.mark.parametrize("reach", [1.5, 2.0, 2.5, 4.0, 8.0])
def test_depths_are_distances_to_the_nearest_pixel_outside(reach: float):
    for bits in masks():
        outside = np.argwhere(~bits)
        depths = np.full(bits.shape, np.inf)
        for y, x in np.argwhere(bits):
            depths[y, x] = np.sqrt(((outside - (y, x)) ** 2).sum(axis=1).min())

        places, told = near_edge(bits.view(np.uint8), reach)

        assert places.tolist() == np.flatnonzero(depths < reach).tolist()
        assert np.allclose(told, depths.ravel()[places])


def test_a_long_reach_is_about_as_exact():
    bits = np.zeros((90, 90), np.uint8)
    bits[20:70, 20:70] = 1

    places, told = near_edge(bits, 15.0)

    rows, columns = np.divmod(places, 90)
    depths = np.minimum.reduce([rows - 19, columns - 19, 70 - rows, 70 - columns])
    assert set(places.tolist()) == set(np.flatnonzero(bits).tolist()) - set(
        np.ravel_multi_index(np.mgrid[34:56, 34:56].reshape(2, -1), (90, 90)).tolist()
    )
    assert np.abs(told - depths).max() < 0.3
