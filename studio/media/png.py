"""PNG files of masks and label maps: most of such a picture is nothing, and what is there are runs of equal labels."""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.media.deflate import pack_runs

Labels = NDArray[np.uint8] | NDArray[np.uint16]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY, _PALETTE = 0, 3  # colour types
_HEAD = b"\x78\x01"  # of a zlib stream: deflate, a window of 32 KiB, fast
_END = b"\x03\x00"  # of a deflate stream: a last block with nothing in it
_BASE = 65_521  # of the Adler checksum


def label_png(
    labels: Labels, palette: bytes | None = None, *, at: tuple[int, int] = (0, 0), size: tuple[int, int] | None = None
) -> bytes:
    """A PNG of labels [h, w]: 8 bits with a palette of up to 256 RGB triples or grey, 16 bits grey.

    They lie at x, y in a picture whose height and width are `size`, and that is 0 around them; without a size they are
    the whole of it. The time it takes goes with the labels' outlines and their box, not with the picture.
    """
    height, width = labels.shape if size is None else size
    depth = labels.dtype.itemsize
    head = struct.pack(">IIBBBBB", width, height, 8 * depth, _GREY if palette is None else _PALETTE, 0, 0, 0)
    chunks = [_chunk(b"IHDR", head)]
    if palette is not None:
        chunks.append(_chunk(b"PLTE", palette))
    stream = _stream(labels, at, height, width)
    return b"".join([_SIGNATURE, *chunks, _chunk(b"IDAT", stream), _chunk(b"IEND", b"")])


def mask_png(bits: NDArray[np.bool_]) -> bytes:
    """A PNG of [H, W] bool, a bit a pixel: 1 is white."""
    height, width = bits.shape
    rows = np.zeros((height, 1 + (width + 7) // 8), np.uint8)  # each begins with its filter: 0, none
    rows[:, 1:] = np.packbits(bits, axis=1)
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, _GREY, 0, 0, 0))
    return b"".join([_SIGNATURE, head, _chunk(b"IDAT", zlib.compress(rows.data, 3)), _chunk(b"IEND", b"")])


def _stream(labels: Labels, at: tuple[int, int], height: int, width: int) -> bytes:
    """The picture's rows, none filtered, as one zlib stream of three: zeros, the rows with labels, zeros."""
    first, down = _rows_with_labels(labels)
    depth = labels.dtype.itemsize
    box = labels[first : first + down]
    row_bytes = 1 + width * depth
    above, below = (at[1] + first) * row_bytes, (height - at[1] - first - down) * row_bytes
    adler = _adler_of_zeros(1, above)
    middle = b""
    if down:
        middle, adler = _rows(box, at[0], row_bytes, adler)
    adler = _adler_of_zeros(adler, below)
    return b"".join([_HEAD, _zeros(above), middle, _zeros(below), _END, struct.pack(">I", adler)])


def _rows_with_labels(labels: Labels) -> tuple[int, int]:
    """The first of them and how many, to the last."""
    if labels.size and labels[0].any() and labels[-1].any():  # as a box around labels has it
        return 0, labels.shape[0]
    _, first, _, down = cv2.boundingRect(labels.view(np.uint8))
    return first, down


def _rows(box: Labels, x: int, row_bytes: int, adler: int) -> tuple[bytes, int]:
    """Rows with labels as a piece of a deflate stream, and the checksum after them; the box lies at x in its rows."""
    height, width = box.shape
    depth, total = box.dtype.itemsize, height * row_bytes
    line = np.zeros(1 + height * (width + 1), box.dtype)  # row after row, a zero before the first and after each
    line[1:].reshape(height, width + 1)[:, :width] = box
    places = np.flatnonzero(line[1:] != line[:-1])  # where a run of equal labels begins
    rows, columns = np.divmod(places, width + 1)
    starts = rows * row_bytes + 1 + (columns + x) * depth  # beyond a row's end: at the next one's filter, which is 0
    values = line[places + 1]
    adler = _adler_of_runs(adler, values, starts, np.diff(places, append=line.size - 1), total)
    if depth == 1:
        starts, shown = np.concatenate([[0], starts]), np.concatenate([[0], values])
    else:
        pairs = values.astype(">u2").view(np.uint8)
        starts = np.concatenate([[0, 1], (starts[:, None] + [0, 1]).ravel()])
        shown = np.concatenate([[0, 0], pairs])
        told = np.append(starts[1:] != starts[:-1], True)  # a filter and the first label after it: the label counts
        starts, shown = starts[told], shown[told]
    within = starts < total
    return pack_runs(starts[within], shown[within].astype(np.uint8), total, depth), adler


def _adler_of_runs(adler: int, values: Labels, starts: NDArray[np.int64], counts: NDArray[np.int64], total: int) -> int:
    """The checksum after `total` bytes more: runs of `counts` equal labels at `starts`, zeros between.

    Adler's low sum adds the bytes, its high one each byte as often as there are bytes from it on (RFC 1950).
    """
    depth, wide = values.dtype.itemsize, values.astype(np.int64)
    upper, lower = wide >> 8, wide & 0xFF
    low, high = adler & 0xFFFF, adler >> 16
    both = upper + lower
    weighted = both * (counts * (total - starts) - depth * (counts * (counts - 1) // 2))
    if depth == 2:
        weighted -= lower * counts  # the lower byte is the second
    return (high + total * low + int(weighted.sum())) % _BASE << 16 | (low + int((both * counts).sum())) % _BASE


@lru_cache(maxsize=8192)  # a few dozen bytes each
def _zeros(count: int) -> bytes:
    """Zeros as a piece of a deflate stream that ends at a byte and refers to nothing before it."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(bytes(count)) + packer.flush(zlib.Z_FULL_FLUSH)


def _adler_of_zeros(adler: int, count: int) -> int:
    """The checksum after so many zeros more: the low sum stays, the high one adds it each time."""
    low, high = adler & 0xFFFF, adler >> 16
    return (high + count * low) % _BASE << 16 | low


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(content, zlib.crc32(kind)))
