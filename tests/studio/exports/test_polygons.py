"""Outlines give the pixels back: parts, holes in holes, single pixels, corners that touch."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from drawn.tracks import draw_masks
from studio.exports.polygons import centre_rings, edge_rings, joined


def hard_masks() -> list[np.ndarray]:
    random = np.random.default_rng(5)
    noise = [random.random((12, 17)) < share for share in (0.1, 0.4, 0.6, 0.9)]
    nested = np.zeros((15, 15), bool)
    nested[1:14, 1:14], nested[3:12, 3:12], nested[5:10, 5:10], nested[7, 7] = True, False, True, False
    diagonal = np.eye(9, dtype=bool)
    return [*noise, nested, diagonal, ~diagonal, np.ones((4, 5), bool), *draw_masks().values()]


def inside(ring: np.ndarray, height: int, width: int) -> np.ndarray:
    """By crossing number at each pixel's centre: an area fill that owes nothing to cv2."""
    ys, xs = np.mgrid[:height, :width] + 0.5
    odd = np.zeros((height, width), bool)
    for (x0, y0), (x1, y1) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        if y0 != y1:
            crosses = (min(y0, y1) < ys) & (ys < max(y0, y1))
            odd ^= crosses & (xs < x0 + (ys - y0) * (x1 - x0) / (y1 - y0))
    return odd


@pytest.mark.parametrize("place", range(len(hard_masks())))
def test_one_polygon_along_the_edges_has_exactly_the_masks_pixels(place: int):
    bits = hard_masks()[place]

    ring = joined([ring for outer, holes in edge_rings(bits) for ring in (outer, *holes)])

    assert np.array_equal(inside(ring, *bits.shape), bits)


@pytest.mark.parametrize("place", range(len(hard_masks())))
def test_polygons_through_the_centres_are_filled_to_the_masks_pixels(place: int):
    bits = hard_masks()[place]

    filled = np.zeros(bits.shape, np.uint8)
    for outer, holes in centre_rings(bits):
        cv2.fillPoly(filled, [joined([outer, *holes]).astype(np.int32)], 1)

    assert not (bits & (filled == 0)).any()
    extra = (filled > 0) & ~bits
    assert extra.sum() <= 2 * sum(len(holes) for _, holes in centre_rings(bits))  # bridges over a hole's corner


def test_a_ring_along_the_edges_turns_at_every_point():
    for bits in hard_masks():
        for ring in (ring for outer, holes in edge_rings(bits) for ring in (outer, *holes)):
            ways = np.roll(ring, -1, axis=0) - ring
            assert (np.count_nonzero(ways, axis=1) == 1).all()  # across or down
            assert ((ways[:, 0] == 0) != (np.roll(ways, 1, axis=0)[:, 0] == 0)).all()


def test_a_rectangle_through_the_centres_has_four_points():
    [(ring, holes)] = centre_rings(np.ones((20, 30), bool), 2, 3)

    assert sorted(map(tuple, ring.tolist())) == [(2, 3), (2, 22), (31, 3), (31, 22)]
    assert holes == []


def test_a_pixel_is_a_square_where_it_lies():
    bits = np.ones((1, 1), bool)

    [(ring, holes)] = edge_rings(bits, 5, 7)

    assert sorted(map(tuple, ring.tolist())) == [(5, 7), (5, 8), (6, 7), (6, 8)]
    assert holes == []


def test_nothing_has_no_outline():
    assert edge_rings(np.zeros((3, 3), bool)) == []
