"""Decoded pictures with label maps in two flat files, read through the page cache: no decoding while training.

pixels.u8 holds every picture's RGB bytes one after another, labels.u8 every label map; index.json says where each
starts, which objects it shows and which track of which source they belong to. A still is a track of one frame.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tracking.errors import BadInput

FORMAT = "siammask-cache/1"
MIN_OBJECT_PX = 200  # an object of fewer pixels teaches more about resizing than about itself


@dataclass(frozen=True, slots=True)
class Picture:
    """One decoded picture: where it lies in the flat files, and its size."""

    offset_px: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Sighting:
    """One object in one picture."""

    picture: int
    label: int  # its value in the label map, 1..255
    x: int
    y: int
    width: int
    height: int
    area_px: int
    part: int = 0  # the label of a second object that is one with it here; 0 for none

    def mask(self, labels: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Where it is in its picture's label map, [H, W]."""
        return np.isin(labels, (self.label, self.part) if self.part else (self.label,))

    def with_part(self, other: Sighting) -> Sighting:
        """It and another object of the same picture as one."""
        left, top = min(self.x, other.x), min(self.y, other.y)
        right, bottom = (
            max(self.x + self.width, other.x + other.width),
            max(self.y + self.height, other.y + other.height),
        )
        area = self.area_px + other.area_px
        return replace(self, x=left, y=top, width=right - left, height=bottom - top, area_px=area, part=other.label)


@dataclass(frozen=True, slots=True)
class ObjectTrack:
    """One object through the pictures that show it, in order; most have one."""

    source: str  # the set it comes from: sampling balances sets
    name: str
    held_out: bool
    sightings: tuple[Sighting, ...]


@dataclass(frozen=True, slots=True, eq=False)
class LabelledPicture:
    """What a layout's reader yields: one picture of a group, with the objects in it."""

    group: str  # pictures of one group are one video; held out together
    source: str
    pixels: NDArray[np.uint8]  # [H, W, 3] RGB
    labels: NDArray[np.uint8]  # [H, W], 0 background


class Cache:
    """A prepared folder, memory-mapped. Raises BadInput where there is none."""

    def __init__(self, folder: Path) -> None:
        try:
            index = json.loads((folder / "index.json").read_text())
        except FileNotFoundError:
            raise BadInput(f"{folder} holds no prepared data; run: python -m tracking train prepare") from None
        if index["format"] != FORMAT:
            raise BadInput(f"{folder} was prepared as {index['format']}, this version reads {FORMAT}")
        self.folder = folder
        self.pictures = [Picture(**picture) for picture in index["pictures"]]
        self.tracks = [
            ObjectTrack(
                track["source"],
                track["name"],
                track["held_out"],
                tuple(Sighting(**sighting) for sighting in track["sightings"]),
            )
            for track in index["tracks"]
        ]
        self._pixels = np.memmap(folder / "pixels.u8", np.uint8, "r")
        self._labels = np.memmap(folder / "labels.u8", np.uint8, "r")

    def __reduce__(self) -> tuple[type[Cache], tuple[Path]]:
        """Another process maps the files itself: pickled, a memory map would be sent whole."""
        return Cache, (self.folder,)

    def pixels(self, picture: int) -> NDArray[np.uint8]:
        """[H, W, 3] uint8 RGB, a view of the file."""
        at = self.pictures[picture]
        start, count = 3 * at.offset_px, 3 * at.width * at.height
        return self._pixels[start : start + count].reshape(at.height, at.width, 3)

    def labels(self, picture: int) -> NDArray[np.uint8]:
        """[H, W] uint8, a view of the file."""
        at = self.pictures[picture]
        return self._labels[at.offset_px : at.offset_px + at.width * at.height].reshape(at.height, at.width)


def write_cache(
    pictures: Iterable[LabelledPicture],
    folder: Path,
    *,
    long_side: int = 480,
    held_out_share: float = 0.04,
    held_out_groups: Collection[str] = (),
) -> Cache:
    """Decode everything once into folder; pictures longer than long_side px are scaled down.

    Beside the named groups, which ones are held out follows from a hash of their names: adding data moves nothing
    from one side to the other.
    """
    folder.mkdir(parents=True, exist_ok=True)
    index: list[Picture] = []
    tracks: dict[tuple[str, str, int], list[Sighting]] = {}
    offset = 0
    with (folder / "pixels.u8").open("wb") as pixel_file, (folder / "labels.u8").open("wb") as label_file:
        for picture in pictures:
            pixels, labels = _shrink(picture.pixels, picture.labels, long_side)
            height, width = labels.shape
            pixel_file.write(np.ascontiguousarray(pixels).data)
            label_file.write(np.ascontiguousarray(labels).data)
            for sighting in _sightings(labels, len(index)):
                tracks.setdefault((picture.source, picture.group, sighting.label), []).append(sighting)
            index.append(Picture(offset, width, height))
            offset += width * height
    listed = [
        ObjectTrack(
            source, f"{group}/{label}", group in held_out_groups or _held_out(group, held_out_share), tuple(sightings)
        )
        for (source, group, label), sightings in tracks.items()
    ]
    text = {"format": FORMAT, "pictures": [asdict(p) for p in index], "tracks": [asdict(t) for t in listed]}
    (folder / "index.json.part").write_text(json.dumps(text))
    (folder / "index.json.part").replace(folder / "index.json")  # last: a cache without an index is no cache
    return Cache(folder)


def _sightings(labels: NDArray[np.uint8], picture: int) -> Iterator[Sighting]:
    for label in np.unique(labels):
        if label == 0:
            continue
        mask = (labels == label).astype(np.uint8)
        area = int(mask.sum())
        x, y, width, height = cv2.boundingRect(mask)
        if area >= MIN_OBJECT_PX and width >= 8 and height >= 8:
            yield Sighting(picture, int(label), x, y, width, height, area)


def _shrink(
    pixels: NDArray[np.uint8], labels: NDArray[np.uint8], long_side: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    height, width = labels.shape
    if max(height, width) <= long_side:
        return pixels, labels
    scale = long_side / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    shrunk = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    return shrunk, cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST).astype(np.uint8, copy=False)


def _held_out(group: str, share: float) -> bool:
    return int.from_bytes(hashlib.sha256(group.encode()).digest()[:4], "little") < share * 2**32
