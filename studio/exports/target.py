"""The zip that an annotation export becomes: equal content makes equal bytes, and nothing is held in memory."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

import cv2

from studio.exports.tracks import Tracks
from studio.media.errors import CannotWrite

JPEG_QUALITY = 95
PACKED = (".png", ".jpg")  # deflating them again only costs time
LEVEL = 4  # of deflate: a quarter of the time of 6, and files a tenth larger
_MODE = 0o644 << 16  # whoever unpacks a file can read it
_BEGINNING = (1980, 1, 1, 0, 0, 0)  # of a zip's time: the same masks give the same file


class Target:
    """Entries are written one after the other. Leaving the with completes the zip."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def add(self, name: str, content: str | bytes) -> None:
        """One whole file."""
        self._zip.writestr(_entry(name), content, compresslevel=LEVEL)

    def add_json(self, name: str, content: object) -> None:
        """One whole file of JSON."""
        self.add(name, json.dumps(content, ensure_ascii=False, indent=1))

    @contextmanager
    def text(self, name: str) -> Iterator[TextIO]:
        """A text file to be written bit by bit; nothing else can be added meanwhile."""
        with (
            self._zip.open(name, "w", force_zip64=True) as file,  # by its name: an entry would bring its own level
            io.TextIOWrapper(file, encoding="utf-8", newline="") as text,
        ):
            yield text
        self._zip.getinfo(name).external_attr = _MODE

    def add_pictures(self, tracks: Tracks, name: Callable[[int, int], str]) -> None:
        """The chosen frames as JPEG; `name` gets a frame's place among them and its index in the clip."""
        quality = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
        for place, frame, picture in tracks.pictures():
            done, data = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), quality)
            if not done:
                raise CannotWrite(f"Frame {frame} cannot be written as a picture.")
            self.add(name(place, frame), data.tobytes())


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=_BEGINNING)
    entry.compress_type = zipfile.ZIP_STORED if name.endswith(PACKED) else zipfile.ZIP_DEFLATED
    entry.external_attr = _MODE
    return entry
