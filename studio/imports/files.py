"""The files of an import: one alone, or those of a zip, read where they lie. Nothing is unpacked to disk.

A zip is refused as a whole, before anything of it is read, for paths that lead out, links, devices, encrypted entries,
two equal names, more entries than such a clip can need, and entries that swell.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Self

from studio.imports.errors import BadImport, shown
from studio.media.archive import BadArchive, check_entry
from studio.media.errors import TooLarge

MOST_FILE_BYTES = 512 * 1024**2  # of one file that is read
MOST_ALL_BYTES = 8 * 1024**3  # of all of a zip, unpacked
SPARE_ENTRIES = 1000  # beside two a frame: a mask and a picture
MANIFEST = "manifest.json"
_DAMAGED = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError)


class Files:
    """What was sent. Close it, or use it in a with."""

    def __init__(self, path: Path, name: str, frame_count: int) -> None:
        """`name` is what its person calls it. Raises BadArchive or TooLarge."""
        self.name = name
        self._path = path
        self._zip: zipfile.ZipFile | None = None
        self._json: dict[str, object] = {}
        if zipfile.is_zipfile(path):
            try:
                self._zip = zipfile.ZipFile(path)
                self.names = _checked(self._zip, 2 * frame_count + SPARE_ENTRIES)
            except _DAMAGED as fault:
                raise BadArchive(f"{name}: this zip is damaged.") from fault
        elif name.lower().endswith(".zip"):
            raise BadArchive(f"{name}: this zip is damaged.")
        else:
            self.names = [name]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._zip is not None:
            self._zip.close()

    def ending_in(self, *endings: str) -> list[str]:
        """The names of the files with one of these endings, in order."""
        return [name for name in self.names if name.lower().endswith(endings)]

    def read(self, name: str) -> bytes:
        """A whole file. Raises TooLarge, BadArchive."""
        size = self._path.stat().st_size if self._zip is None else self._zip.getinfo(name).file_size
        if size > MOST_FILE_BYTES:
            raise TooLarge(
                f"{shown(name)}: this file has {size / 1024**2:.0f} MB, more than the "
                f"{MOST_FILE_BYTES // 1024**2} MB that are read at once."
            )
        if self._zip is None:
            return self._path.read_bytes()
        try:
            return self._zip.read(name)  # never more than the entry says: zipfile stops there
        except _DAMAGED as fault:
            raise BadArchive(f"{shown(name)}: this entry of the zip is damaged.") from fault

    def text(self, name: str) -> str:
        """A whole file as UTF-8."""
        try:
            return self.read(name).decode("utf-8-sig")
        except UnicodeDecodeError as fault:
            raise BadImport(name, f"byte {fault.start} is not UTF-8") from fault

    def lines(self, name: str) -> Iterator[tuple[int, str]]:
        """The lines of a text file that are not empty, each with its number from 1."""
        for number, line in enumerate(self.text(name).splitlines(), start=1):
            if line.strip():
                yield number, line.strip()

    def json(self, name: str) -> object:
        """A JSON file, parsed once."""
        if name not in self._json:
            self._json[name] = parse_json(name, self.text(name))
        return self._json[name]

    @property
    def manifest(self) -> dict[str, object]:
        """What one of our own exports says of itself; empty for the files of others."""
        if MANIFEST not in self.names:
            return {}
        said = self.json(MANIFEST)
        return said if isinstance(said, dict) and "format" in said else {}


def parse_json(where: str, text: str) -> object:
    """JSON as the standard has it: no NaN, no Infinity. Raises BadImport."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as fault:
        raise BadImport(
            where, f"line {fault.lineno}, column {fault.colno} is not JSON ({fault.msg.lower()})"
        ) from fault
    except ValueError as fault:
        raise BadImport(where, f"this is not JSON ({fault})") from fault
    except RecursionError as fault:
        raise BadImport(where, "this JSON is nested too deep to be annotations") from fault


def _no_constant(word: str) -> object:
    raise ValueError(f"{word} is no number")


def _checked(archive: zipfile.ZipFile, most_entries: int) -> list[str]:
    """The names of the files to look at, all entries having been looked over."""
    entries = archive.infolist()
    if len(entries) > most_entries:
        raise TooLarge(f"This zip has {len(entries)} entries, more than the {most_entries} that this clip can need.")
    seen: set[PurePosixPath] = set()
    names: list[str] = []
    for entry in entries:
        check_entry(entry)
        path = PurePosixPath(entry.filename)
        if path in seen:
            raise BadArchive(f"This zip has two entries called {shown(path.name)}.")
        seen.add(path)
        hidden = any(part.startswith(".") or part == "__MACOSX" for part in path.parts)
        if not entry.is_dir() and not hidden:
            names.append(entry.filename)
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MOST_ALL_BYTES:
        raise TooLarge(
            f"This zip is {unpacked / 1024**3:.1f} GB unpacked, more than the {MOST_ALL_BYTES / 1024**3:.0f} GB that "
            "are read."
        )
    return sorted(names)
