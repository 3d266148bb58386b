"""Deflate of rows that are runs of equal pixels, written from where the pixels change: no byte between is looked at.

A run is its first pixel as literals and matches of that pixel's own distance (RFC 1951). The codes are chosen once for
all pictures whose pixels are made of the same bytes, as pictures of labels differ in little else.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]

_LEAST, _MOST = 3, 258  # bytes of a match
_END = 256  # symbol that ends a block
_ZERO_SHARE, _LABEL_SHARE, _LONGEST_SHARE, _LENGTH_SHARE = 90, 150, 90, 6  # how often each comes, about
_MOST_NAMED = 16  # different bytes for which codes of their own are made
_EMPTY_STORED = b"\x00\x00\xff\xff"  # after its three bits: a block of nothing that ends at a byte


@dataclass(frozen=True, slots=True)
class _Code:
    """Bits of each token, the first in the lowest place, and how many; a block's head as tokens too."""

    values: NDArray[np.uint64]  # [513]: bytes, matches of 3..258 with their distance, the end
    sizes: Whole
    head_values: NDArray[np.uint64]
    head_sizes: Whole


def pack_runs(starts: Whole, values: NDArray[np.uint8], total: int, distance: int) -> bytes:
    """A piece of a deflate stream: one block of `total` bytes and an empty one, so that it ends at a byte.

    values[i] stands at place starts[i]; every other byte equals the one `distance` places before it, 1 or 2. Places
    rise from 0; with distance 2, whatever is followed by others than itself is two neighbouring places at least.
    """
    gaps = np.diff(starts, append=total) - 1
    matches, rest = np.divmod(gaps, _MOST)
    short = np.where(rest < _LEAST, rest, 0)  # too few to match: told again
    counts = 1 + matches + np.where(rest < _LEAST, short, 1)
    last = np.cumsum(counts) - 1
    first = last - counts + 1
    tokens = np.full(int(last[-1]) + 2, 256 + _MOST - _LEAST)
    tokens[-1] = 512
    matched = rest >= _LEAST
    tokens[last[matched]] = 256 - _LEAST + rest[matched]
    lone, two = short > 0, short == 2
    before = values if distance == 1 else np.concatenate([values[:1], values[:-1]])
    tokens[last[lone]] = np.where(two[lone], values[lone], before[lone])
    tokens[last[two] - 1] = before[two]
    tokens[first] = values
    return _bits(tokens, _code(_named(values), distance))


def _bits(tokens: Whole, code: _Code) -> bytes:
    """The tokens one after the other, then the empty block."""
    sizes = np.concatenate([code.head_sizes, code.sizes[tokens]])
    values = np.concatenate([code.head_values, code.values[tokens]])
    ends = np.cumsum(sizes)
    at = ends - sizes
    word = at >> 4
    # what begins in a word of 16 bits reaches less than 21 bits beyond it, and no two have a bit in common: their sum
    # is exact in float64
    sums = np.bincount(word, (values << (at & 15).astype(np.uint64)).astype(np.float64), int(word[-1]) + 3)
    wide = sums.astype(np.int64)
    words = wide & 0xFFFF
    words[1:] += (wide[:-1] >> 16) & 0xFFFF
    words[2:] += wide[:-2] >> 32
    whole = (int(ends[-1]) + 3 + 7) // 8
    return words.astype("<u2").tobytes()[:whole] + _EMPTY_STORED


def _named(values: NDArray[np.uint8]) -> bytes:
    """The bytes there are; all, where they are many."""
    there = np.flatnonzero(np.bincount(values, minlength=256))
    return there.astype(np.uint8).tobytes() if there.size <= _MOST_NAMED else bytes(range(256))


@lru_cache(maxsize=256)
def _code(named: bytes, distance: int) -> _Code:
    """Codes for pixels of these bytes."""
    weights = [0] * 286
    for byte in named:
        weights[byte] = _ZERO_SHARE if byte == 0 else max(1, _LABEL_SHARE // len(named))
    weights[_END] = 1
    weights[257:286] = [_LENGTH_SHARE] * 28 + [_LONGEST_SHARE]
    lengths = _code_lengths(weights)
    codes = _canonical(lengths)
    values, sizes = np.zeros(513, np.uint64), np.zeros(513, np.int64)
    for byte in named:
        values[byte], sizes[byte] = codes[byte], lengths[byte]
    for length in range(_LEAST, _MOST + 1):
        symbol, extra, extra_bits = _length_symbol(length)
        far = distance - 1  # the distances 1 and 2 have a bit each
        values[256 + length - _LEAST] = codes[symbol] | (extra | far << extra_bits) << lengths[symbol]
        sizes[256 + length - _LEAST] = lengths[symbol] + extra_bits + 1
    values[512], sizes[512] = codes[_END], lengths[_END]
    return _Code(values, sizes, *_head(lengths))


def _length_symbol(length: int) -> tuple[int, int, int]:
    """A length's symbol, how far it is beyond that symbol's least, and in how many bits (RFC 1951, 3.2.5)."""
    if length == _MOST:
        return 285, 0, 0
    beyond = length - _LEAST
    extra_bits = max(0, beyond.bit_length() - 3)
    return 257 + 4 * extra_bits + (beyond >> extra_bits), beyond & ((1 << extra_bits) - 1), extra_bits


def _code_lengths(weights: list[int]) -> list[int]:
    """Bits of each symbol's code by Huffman's way; 0 where its weight is 0. The weights above keep them below 16."""
    heap = [(weight, symbol, [symbol]) for symbol, weight in enumerate(weights) if weight]
    heapq.heapify(heap)
    lengths = [0] * len(weights)
    while len(heap) > 1:
        one, other = heapq.heappop(heap), heapq.heappop(heap)
        for symbol in one[2] + other[2]:
            lengths[symbol] += 1
        heapq.heappush(heap, (one[0] + other[0], one[1], one[2] + other[2]))
    return lengths


def _canonical(lengths: list[int]) -> list[int]:
    """The code of each symbol from its length (RFC 1951, 3.2.2), its first bit lowest, as they stand in the stream."""
    codes, code = [0] * len(lengths), 0
    for length in range(1, max(lengths) + 1):
        code <<= 1
        for symbol, its in enumerate(lengths):
            if its == length:
                codes[symbol] = int(f"{code:0{length}b}"[::-1], 2)
                code += 1
    return codes


def _head(lengths: list[int]) -> tuple[NDArray[np.uint64], Whole]:
    """What a block begins with (RFC 1951, 3.2.7): its codes' lengths, themselves in a code that never changes."""
    order = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)
    widths = [5 if symbol in (1, 12, 13, 14, 15, 16) else 4 for symbol in range(19)]
    codes = _canonical(widths)
    pieces = [(0, 1), (2, 2), (len(lengths) - 257, 5), (1, 5), (15, 4), *((widths[symbol], 3) for symbol in order)]
    told = [*lengths, 1, 1]  # two distances of one bit each
    at = 0
    while at < len(told):
        zeros = next((n for n, length in enumerate(told[at : at + 138]) if length), len(told[at : at + 138]))
        if zeros >= 11:
            pieces += [(codes[18], widths[18]), (zeros - 11, 7)]
        elif zeros >= 3:
            pieces += [(codes[17], widths[17]), (zeros - 3, 3)]
        else:
            zeros = 1
            pieces.append((codes[told[at]], widths[told[at]]))
        at += zeros
    values, sizes = zip(*pieces, strict=True)
    return np.array(values, np.uint64), np.array(sizes, np.int64)
