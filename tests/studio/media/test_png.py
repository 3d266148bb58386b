"""Label maps come back from Pillow as they were, wherever in the picture the labels are."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from studio.media.masks import label_colors
from studio.media.png import label_png, mask_png


def maps() -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    whole = random.integers(0, 255, (37, 53))
    band = np.zeros((37, 53), int)
    band[11:17, 20:40] = random.integers(1, 4, (6, 20))
    first, last = np.zeros((2, 37, 53), int)
    first[0, 0] = last[-1, -1] = 7
    side, bars = np.zeros((2, 37, 53), int)
    side[3:30, -2:] = side[9:12, 0] = 3  # over a row's end and on at the next one's beginning
    bars[:, ::2] = 2
    # runs of every length about a match's least and most, in both depths: 3 and 258 bytes
    lengths = [*range(1, 8), *range(124, 136), *range(254, 265), 515, 516, 517, 518, 519, 1030]
    runs = np.zeros((2, sum(lengths)), int)
    runs[0] = np.repeat(np.arange(len(lengths)) % 3 + 1, lengths)
    return {
        "all over": whole, "a band": band, "first": first, "last": last, "none": np.zeros((37, 53), int),
        "sides": side, "bars": bars, "runs": runs, "full": np.full((37, 53), 9), "a pixel": np.ones((1, 1), int),
    }  # fmt: skip


def content(png: bytes) -> bytes:
    """What the picture's one stream unpacks to: zlib refuses a wrong checksum, which Pillow does not look at."""
    at = png.index(b"IDAT")
    (length,) = struct.unpack(">I", png[at - 4 : at])
    return zlib.decompress(png[at + 4 : at + 4 + length])


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


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("where", maps())
def test_rows_are_unfiltered_and_their_checksum_is_right(where: str, kind: type):
    labels = (maps()[where] * (200 if kind is np.uint16 else 1)).astype(kind)

    rows = np.frombuffer(content(label_png(labels)), np.uint8).reshape(len(labels), -1)

    assert not rows[:, 0].any()
    assert np.array_equal(rows[:, 1:].copy().view(np.dtype(kind).newbyteorder(">")), labels)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize(("x", "y", "size"), [(0, 0, (37, 53)), (4, 9, (50, 60)), (7, 0, (37, 60)), (0, 5, (42, 53))])
def test_labels_of_a_part_lie_where_they_are_said_to(x: int, y: int, size: tuple[int, int], kind: type):
    for part in maps().values():
        if part.shape != (37, 53):
            continue
        whole = np.zeros(size, kind)
        whole[y : y + 37, x : x + 53] = part

        with Image.open(io.BytesIO(label_png(part.astype(kind), at=(x, y), size=size))) as image:
            assert np.array_equal(np.asarray(image), whole)


def test_many_labels_are_many_codes():
    labels = np.random.default_rng(1).integers(0, 255, (64, 64)).repeat(9, axis=1).astype(np.uint8)

    with Image.open(io.BytesIO(label_png(labels))) as image:
        assert np.array_equal(np.asarray(image), labels)


def test_a_mask_has_a_bit_a_pixel():
    for width in (1, 7, 8, 9, 30):
        bits = np.random.default_rng(width).random((5, width)) < 0.5

        with Image.open(io.BytesIO(mask_png(bits))) as image:
            assert image.mode == "1"
            assert np.array_equal(np.asarray(image), bits)


def test_a_large_empty_picture_is_small():
    assert len(label_png(np.zeros((2160, 3840), np.uint8))) < 20_000
