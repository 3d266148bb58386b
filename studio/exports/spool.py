"""Masks as they stood at one moment, in a file: however long the clip, memory holds an index only."""

from __future__ import annotations

import os
import struct
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import msgpack
import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco

from studio.exports.runs import Crop, crop_of, read_runs

_NUMBER_BITS = 24  # of a key; the frame has the rest
_COUNT = struct.Struct("<Q")  # at the file's end: how many masks; before it their keys, and where each begins


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of an object in a frame."""

    frame: int
    number: int  # the object's
    width: int  # of the whole picture
    height: int
    counts: bytes  # COCO run lengths of the whole picture, compressed
    area: int  # pixels
    score: float  # 0..1
    corners: tuple[float, ...]  # x, y of the rotated box's 4 corners, upright source pixels, edges
    state: str  # how it came about: prompt, tracked

    @property
    def rle(self) -> dict[str, object]:
        """As pycocotools takes it."""
        return {"size": [self.height, self.width], "counts": self.counts}

    @property
    def box(self) -> tuple[int, int, int, int]:
        """x, y, width, height of the smallest upright box around the mask, in pixels."""
        x, y, width, height = (int(value) for value in coco.toBbox(self.rle))
        return x, y, width, height

    def crop(self) -> Crop:
        """x, y of that box and what is in it, [h, w] bool: the whole picture is never made."""
        return crop_of(read_runs(self.counts), self.height)

    def bits(self) -> NDArray[np.bool_]:
        """[height, width] bool."""
        decoded: NDArray[np.uint8] = coco.decode(self.rle)
        return decoded.view(np.bool_)


class Spool:
    """Masks on disk, found by frame and number. Close it, or use it in a with."""

    def __init__(self, path: Path) -> None:
        """Open what `spool` has written."""
        self._file = path.open("rb")
        self._keys, self._offsets = array("Q"), array("Q")
        (count,) = _COUNT.unpack(_end_of(self._file, _COUNT.size))
        self._file.seek(-(_COUNT.size + (2 * count + 1) * self._keys.itemsize), os.SEEK_END)
        self._keys.fromfile(self._file, count)
        self._offsets.fromfile(self._file, count + 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._keys)

    def of_frame(self, frame: int) -> Iterator[Found]:
        """The masks of a frame, in the order of their objects' numbers."""
        place = bisect_left(self._keys, _key(frame, 0))
        while place < len(self._keys) and self._keys[place] >> _NUMBER_BITS == frame:
            yield self._read(place)
            place += 1

    def one(self, frame: int, number: int) -> Found | None:
        """An object's mask in a frame, where it was found."""
        key = _key(frame, number)
        place = bisect_left(self._keys, key)
        return self._read(place) if place < len(self._keys) and self._keys[place] == key else None

    def close(self) -> None:
        """Forget everything."""
        self._file.close()

    def _read(self, place: int) -> Found:
        start, stop = self._offsets[place], self._offsets[place + 1]
        self._file.seek(start)
        return Found(*msgpack.unpackb(self._file.read(stop - start), use_list=False))


def spool(found: Iterable[Found], path: Path) -> None:
    """Write masks to a file: in the order of their frames, those of a frame in the order of their numbers."""
    keys, offsets = array("Q"), array("Q", [0])
    with path.open("xb") as file:
        for one in found:
            key = _key(one.frame, one.number)
            assert not keys or keys[-1] < key, "masks come in order"
            file.write(packed := msgpack.packb([getattr(one, name) for name in Found.__slots__]))
            keys.append(key)
            offsets.append(offsets[-1] + len(packed))
        for index in (keys, offsets):
            index.tofile(file)
        file.write(_COUNT.pack(len(keys)))


def _end_of(file: IO[bytes], size: int) -> bytes:
    file.seek(-size, os.SEEK_END)
    return file.read(size)


def _key(frame: int, number: int) -> int:
    return frame << _NUMBER_BITS | number
