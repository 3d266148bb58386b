"""Masks cut out of their run lengths are those that pycocotools decodes."""

import numpy as np
import pytest
from pycocotools import mask as coco

from drawn.tracks import counts_of, draw_masks
from studio.exports import runs
from studio.exports.runs import crop_of, read_runs, runs_of

NOISE = np.random.default_rng(5).random((31, 40)) < 0.4


def corner(y: int, x: int) -> np.ndarray:
    bits = np.zeros((31, 40), np.bool_)
    bits[y, x] = True
    return bits


@pytest.mark.parametrize(
    "bits",
    [
        *draw_masks().values(),
        NOISE,
        np.ones((31, 40), np.bool_),
        corner(0, 0),
        corner(30, 0),
        corner(0, 39),
        corner(30, 39),
        corner(30, 3) | corner(0, 4),  # one run over two columns
        np.pad(NOISE, ((0, 700), (0, 900))),  # long runs
    ],
)
def test_a_crop_is_the_picture_around_the_mask(bits: np.ndarray):
    counts = counts_of(bits)
    x, y, crop = crop_of(read_runs(counts), bits.shape[0])

    box = [x, y, crop.shape[1], crop.shape[0]]
    assert box == coco.toBbox({"size": list(bits.shape), "counts": counts}).tolist()
    whole = np.zeros_like(bits)
    whole[y : y + crop.shape[0], x : x + crop.shape[1]] = crop
    assert np.array_equal(whole, bits)
    assert read_runs(counts).tolist() == runs_of(bits, by_columns=True)
    assert crop.flags.c_contiguous
    assert runs.counts_of(crop, (x, y), bits.shape) == counts


def test_a_mask_of_nothing_has_an_empty_crop():
    assert crop_of(read_runs(counts_of(np.zeros((5, 7), np.bool_))), 5)[2].shape == (0, 0)
