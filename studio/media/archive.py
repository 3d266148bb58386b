"""Zips of pictures: unpacked under names of ours, or refused before anything is written."""

from __future__ import annotations

import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from studio.media.errors import CannotWrite, MediaError, NotVideo, TooLarge
from studio.media.pictures import ENDINGS

MOST_ENTRIES = 200_000
MOST_EXPANSION = 200  # unpacked to packed, of one entry; pictures are packed already
SMALL_BYTES = 1 << 20  # entries below this may expand as they like
_PIECE = 1 << 20  # bytes


class BadArchive(MediaError):
    """A zip that is broken, or holds what no folder of pictures holds."""

    code = "bad-archive"


def unpack_pictures(
    archive: Path, folder: Path, *, max_frames: int, max_bytes: int, heard: Callable[[int, int], None]
) -> None:
    """Unpack a zip's pictures into a new folder. `heard` gets the pictures done and all.

    Refused, before a byte is written: paths that lead out, links and devices, encrypted entries, two equal names, more
    than max_frames pictures or max_bytes unpacked, an entry that unpacks to more than MOST_EXPANSION times itself.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            chosen = _chosen(opened, max_frames, max_bytes)
            beside = folder.with_name(f".{folder.name}.part")
            shutil.rmtree(beside, ignore_errors=True)
            beside.mkdir()
            for done, (entry, name) in enumerate(chosen, start=1):
                _write(opened, entry, beside / name)
                heard(done, len(chosen))
            shutil.rmtree(folder, ignore_errors=True)
            beside.rename(folder)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError) as fault:
        raise BadArchive("This zip is damaged or of a kind that cannot be read.") from fault
    except OSError as fault:
        raise CannotWrite(f"The pictures cannot be unpacked: {fault.strerror or fault}.") from fault


def _chosen(archive: zipfile.ZipFile, max_frames: int, max_bytes: int) -> list[tuple[zipfile.ZipInfo, str]]:
    """The entries that are pictures, each with the name it gets here."""
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise TooLarge(f"This zip has {len(entries)} entries, more than the {MOST_ENTRIES} that are read.")
    chosen: dict[str, zipfile.ZipInfo] = {}
    folders: set[PurePosixPath] = set()
    unpacked = 0
    for entry in entries:
        check_entry(entry)
        path = PurePosixPath(entry.filename)
        hidden = any(part.startswith(".") or part == "__MACOSX" for part in path.parts)
        if entry.is_dir() or hidden or path.suffix.lower() not in ENDINGS:
            continue
        folders.add(path.parent)
        name = _safe(path)
        if name in chosen:
            raise BadArchive(f"This zip has two pictures called {name}.")
        chosen[name] = entry
        unpacked += entry.file_size
    if not chosen:
        raise NotVideo("This zip holds no pictures.")
    if len(folders) > 1:
        raise BadArchive(f"The pictures of this zip lie in {len(folders)} folders; a clip is one folder of pictures.")
    if len(chosen) > max_frames:
        raise TooLarge(f"This zip has {len(chosen)} pictures, more than the {max_frames} that are allowed.")
    if unpacked > max_bytes:
        raise TooLarge(
            f"The pictures of this zip are {unpacked / 1024**3:.1f} GB unpacked, more than the "
            f"{max_bytes / 1024**3:.1f} GB that are allowed."
        )
    return [(entry, name) for name, entry in chosen.items()]


def check_entry(entry: zipfile.ZipInfo) -> None:
    """Raise BadArchive for a path that leads out, a link or device, an encrypted entry, or one that swells too much."""
    name = entry.filename
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name or re.match(r"[A-Za-z]:", name):
        raise BadArchive("This zip has an entry whose path leads out of its folder.")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise BadArchive("This zip holds links or devices, not only files.")
    if entry.flag_bits & 0x1:
        raise BadArchive("This zip is encrypted.")
    if entry.file_size > SMALL_BYTES and entry.file_size > MOST_EXPANSION * max(entry.compress_size, 1):
        raise BadArchive(f"This zip has an entry that unpacks to more than {MOST_EXPANSION} times its size.")


def _safe(path: PurePosixPath) -> str:
    stem = re.sub(r"[^A-Za-z0-9_.-]", "_", path.stem)[:80].lstrip(".") or "picture"
    return stem + path.suffix.lower()


def _write(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path) -> None:
    """Unpack one entry, and never more of it than it said it holds."""
    left = entry.file_size
    with archive.open(entry) as packed, path.open("xb") as file:
        while piece := packed.read(_PIECE):
            left -= len(piece)
            if left < 0:
                raise BadArchive("This zip has an entry that is larger than it says.")
            file.write(piece)
