"""PNG files of label maps: most of such a picture is nothing, and most of the time goes into what is."""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY, _PALETTE = 0, 3  # colour types
_HEAD = b"\x78\x01"  # of a zlib stream: deflate, a window of 32 KiB, fast
_BASE = 65_521  # of the Adler checksum


def label_png(labels: NDArray[np.uint8] | NDArray[np.uint16], palette: bytes | None = None) -> bytes:
    """A PNG of labels [H, W]: 8 bits with a palette of up to 256 RGB triples or grey, 16 bits grey.

    Rows above the first and below the last label are deflated once for all pictures of their number.
    """
    height, width = labels.shape
    depth = 8 * labels.dtype.itemsize
    head = struct.pack(">IIBBBBB", width, height, depth, _GREY if palette is None else _PALETTE, 0, 0, 0)
    chunks = [_chunk(b"IHDR", head)]
    if palette is not None:
        chunks.append(_chunk(b"PLTE", palette))
    return b"".join([_SIGNATURE, *chunks, _chunk(b"IDAT", _stream(labels)), _chunk(b"IEND", b"")])


def _stream(labels: NDArray[np.uint8] | NDArray[np.uint16]) -> bytes:
    """The picture's rows, none filtered, as one zlib stream of three: zeros, the rows with labels, zeros."""
    there = np.flatnonzero(labels.any(axis=1))
    first, last = (int(there[0]), int(there[-1]) + 1) if there.size else (0, 0)
    row_bytes = 1 + labels.shape[1] * labels.dtype.itemsize
    rows = np.zeros((last - first, row_bytes), np.uint8)  # each begins with its filter: 0, none
    big_endian = labels[first:last].astype(labels.dtype.newbyteorder(">"), copy=False)
    rows[:, 1:] = np.ascontiguousarray(big_endian).view(np.uint8).reshape(last - first, row_bytes - 1)
    above, below = first * row_bytes, (labels.shape[0] - last) * row_bytes
    # run lengths are what labels are made of; those of 16 bits alternate between two bytes, so matches are looked for
    strategy = zlib.Z_RLE if labels.dtype.itemsize == 1 else zlib.Z_DEFAULT_STRATEGY
    packer = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, strategy)
    middle = packer.compress(rows.data) + packer.flush(zlib.Z_FULL_FLUSH)
    end = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS).flush(zlib.Z_FINISH)
    adler = _adler_of_zeros(zlib.adler32(rows.data, _adler_of_zeros(1, above)), below)
    return b"".join([_HEAD, _zeros(above), middle, _zeros(below), end, struct.pack(">I", adler)])


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
