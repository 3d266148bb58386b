"""Run lengths from anywhere: good ones are read, the rest is refused before anything else sees it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from pycocotools import mask as coco

from studio.media import rle
from studio.media.errors import BadMask


def drawn(height: int, width: int, density: float) -> np.ndarray:
    return (np.random.default_rng(7).random((height, width)) < density).astype(np.uint8)


@pytest.mark.parametrize("density", [0.0, 0.001, 0.3, 0.5, 1.0])
@pytest.mark.parametrize(("height", "width"), [(1, 1), (5, 7), (720, 1280), (1, 900)])
def test_what_pycocotools_wrote_is_read_and_written_the_same(height: int, width: int, density: float) -> None:
    bits = drawn(height, width, density)
    counts = coco.encode(np.asfortranarray(bits))["counts"]

    assert np.array_equal(rle.decode(counts, height, width), bits)
    assert rle.encode(bits) == counts
    assert rle.read_runs(counts, height * width)[1::2].sum() == bits.sum()


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (b"", "are empty"),
        (b"0\x1f3", "Character 2 of"),
        (b";3200z09", "Character 6 of"),
        (b";32000Y", "in the middle of a number"),
        (b"XXXXXXXXX0", "Number 1 of .* is too long"),
        (b";320008", "cover 34 pixels, and the picture has 35"),
        (b";32000:", "cover 36 pixels, and the picture has 35"),
        (b"O", "Run 1 of the mask has a length of -1 pixels"),
    ],
)
def test_what_is_no_mask_of_the_picture_is_refused_with_the_place(counts: bytes, said: str) -> None:
    with pytest.raises(BadMask, match=said):
        rle.decode(counts, 5, 7)


def test_random_bytes_never_reach_pycocotools() -> None:
    random = np.random.default_rng(3)
    for _ in range(300):
        counts = bytes(random.integers(40, 120, random.integers(1, 40)).astype(np.uint8))
        with pytest.raises(BadMask):
            rle.decode(counts, 500, 501)


def test_the_rotated_box_lies_around_the_largest_part() -> None:
    bits = np.zeros((120, 160), np.uint8)
    true = ((80, 60), (60, 20), 30)
    cv2.fillPoly(bits, [cv2.boxPoints(true).astype(np.int32)], 1)
    bits[2:4, 150:152] = 1  # a speck far away

    corners = np.array(rle.rotated_box(bits)).reshape(4, 2)

    assert np.abs(corners.mean(axis=0) - true[0]).max() < 1
    sides = sorted(np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1))
    assert np.abs(np.array(sides) - [20, 20, 60, 60]).max() < 2


@pytest.mark.parametrize(
    ("place", "box"), [((3, 5), [5, 3, 6, 3, 6, 4, 5, 4]), ((slice(2, 3), slice(4, 9)), [4, 2, 9, 2, 9, 3, 4, 3])]
)
def test_a_dot_and_a_line_have_the_box_of_their_pixels(place: tuple, box: list[float]) -> None:
    bits = np.zeros((10, 12), np.uint8)
    bits[place] = 1

    assert rle.rotated_box(bits) == box


def test_nothing_has_no_box() -> None:
    assert rle.rotated_box(np.zeros((4, 4), np.uint8)) == []
