"""Our run-length masks beside COCO's own library, byte for byte."""

import numpy as np
import pytest
from numpy.typing import NDArray
from pycocotools import mask as coco

from tracking import rle
from tracking.errors import BadInput


def theirs(bits: NDArray[np.bool_]) -> bytes:
    counts: bytes = coco.encode(np.asfortranarray(bits.astype(np.uint8)))["counts"]
    return counts


def drawn(height: int, width: int, density: float, seed: int) -> NDArray[np.bool_]:
    return np.random.default_rng(seed).random((height, width)) < density


@pytest.mark.parametrize("density", [0.0, 0.02, 0.5, 0.98, 1.0])
@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 40), (40, 1), (37, 53), (270, 480)])
def test_the_bytes_are_pycocotools(height: int, width: int, density: float) -> None:
    bits = drawn(height, width, density, seed=height * width)
    assert rle.encode(bits).counts == theirs(bits)


def test_long_runs_need_several_characters_and_match_too() -> None:
    bits = np.zeros((1080, 1920), bool)
    bits[100:900, 300:1500] = True
    bits[500, 700] = False
    assert rle.encode(bits).counts == theirs(bits)


@pytest.mark.parametrize(("x", "y"), [(0, 0), (7, 11), (60, 20)])
def test_a_crop_encodes_as_the_whole_frame_would(x: int, y: int) -> None:
    crop = drawn(30, 40, 0.4, seed=x)
    crop[:, 0] = True  # a full column joins the one before it where the crop is as tall as the frame
    frame = np.zeros((50, 100), bool)
    frame[y : y + 30, x : x + 40] = crop
    assert rle.encode(crop, x, y, 100, 50).counts == theirs(frame)


def test_a_run_over_the_frames_bottom_goes_on_in_the_next_column() -> None:
    bits = np.zeros((6, 8), bool)
    bits[2:, 3] = bits[:, 4] = bits[:4, 5] = True
    assert rle.encode(bits).counts == theirs(bits)


def test_an_empty_crop_is_an_empty_frame() -> None:
    empty = rle.encode(np.zeros((0, 0), bool), 0, 0, 20, 10)
    assert empty.counts == theirs(np.zeros((10, 20), bool)) and empty.area == 0


@pytest.mark.parametrize("seed", range(5))
def test_what_was_encoded_decodes_to_itself_here_and_at_cocos(seed: int) -> None:
    bits = drawn(61, 47, 0.3, seed)
    packed = rle.encode(bits)
    np.testing.assert_array_equal(rle.decode(packed), bits)
    np.testing.assert_array_equal(coco.decode({"size": [61, 47], "counts": packed.counts}).astype(bool), bits)
    assert packed.area == bits.sum()


@pytest.mark.parametrize("counts", [b"o", b"~~~", b"5" * 3, b"oooooooooooooooo0"])
def test_counts_that_are_no_mask_are_refused(counts: bytes) -> None:
    with pytest.raises(BadInput):
        rle.decode(rle.Rle(10, 10, counts))


def test_a_crop_outside_its_frame_is_refused_with_both_sizes() -> None:
    with pytest.raises(BadInput, match="10 x 10 px at 15,0 is outside a frame of 20 x 20"):
        rle.encode(np.ones((10, 10), bool), 15, 0, 20, 20)
