"""Label maps come back from Pillow as they were, wherever in the picture the labels are."""

import io

import numpy as np
import pytest
from PIL import Image

from studio.media.masks import label_colors
from studio.media.png import label_png


def maps() -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    whole = random.integers(0, 255, (37, 53))
    band = np.zeros((37, 53), int)
    band[11:17, 20:40] = random.integers(1, 4, (6, 20))
    first, last = np.zeros((2, 37, 53), int)
    first[0, 0] = last[-1, -1] = 7
    return {"all over": whole, "a band": band, "first": first, "last": last, "none": np.zeros((37, 53), int)}


@pytest.mark.parametrize("where", maps())
def test_labels_of_a_byte_come_back_with_their_palette(where: str):
    labels = maps()[where].astype(np.uint8)

    with Image.open(io.BytesIO(label_png(labels, label_colors().tobytes()))) as image:
        image.load()
        assert image.mode == "P"
        assert np.array_equal(np.asarray(image), labels)
        assert image.getpalette()[3:6] == [128, 0, 0]


@pytest.mark.parametrize("where", maps())
def test_labels_of_two_bytes_come_back(where: str):
    labels = (maps()[where] * 200).astype(np.uint16)

    with Image.open(io.BytesIO(label_png(labels))) as image:
        assert image.mode == "I;16"
        assert np.array_equal(np.asarray(image), labels)


def test_a_large_empty_picture_is_small():
    assert len(label_png(np.zeros((2160, 3840), np.uint8))) < 20_000
