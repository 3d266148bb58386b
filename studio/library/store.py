"""Where finished files are kept: in the data folder, or in a bucket of an S3-compatible store that all machines share.

Clips and exports name their files by keys, `videos/<id>/proxy.mp4`. A worker makes files in a folder of its own and has
them sent before the transaction that tells of them, as that may take long; in the transaction only a rename is left, or
nothing. Where a store has editions, every attempt sends under a key of its own, which the row then names: a worker that
was thought dead and wakes cannot put its files in another's place.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from django.conf import settings

from studio.library import disk
from studio.library.errors import NotFound
from studio.media.errors import NoSuchFile


class Source(Protocol):
    """Bytes of a file, one after the other."""

    def read(self, size: int, /) -> bytes | None: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a file without reading it."""

    size: int  # bytes
    modified: int  # seconds since 1970
    edition: str  # a few letters that change when the file does


class Store(Protocol):
    """A place of files."""

    editions: bool  # whether each attempt sends under a key of its own

    def send(self, path: Path, key: str) -> None:
        """Have a file or folder kept, as far as that may be done before its row says so."""

    def settle(self, path: Path, key: str) -> None:
        """Put what was sent in its place, in the transaction of its row."""

    def has(self, key: str) -> bool:
        """Whether a file or a folder is there."""

    def local(self, key: str) -> Path:
        """The file or folder on this machine's disk, to work on. Raises NoSuchFile."""

    def look(self, key: str) -> Kept:
        """What is known of a file. Raises NotFound."""

    def open(self, key: str, first: int, size: int) -> Source:
        """So many bytes of a file. Raises NotFound."""

    def inner_address(self, key: str, *, content_type: str, disposition: str) -> str:
        """Where the proxy in front reads the file itself, below its internal location; no slash in front."""

    def remove(self, key: str) -> None:
        """Forget a file, or a folder and all below it."""

    def folders(self, key: str) -> Iterator[tuple[str, float]]:
        """The names below a folder, and when each was last written, in seconds since 1970."""


def edition(found: os.stat_result) -> str:
    """A few letters that change when a file of the data folder does."""
    return f"{found.st_mtime_ns:x}-{found.st_size:x}"


class FolderStore:
    """The data folder: what is kept is where it is worked on."""

    editions = False

    def __init__(self, root: Path) -> None:
        self.root = root

    def send(self, path: Path, key: str) -> None:
        """Nothing to do before the transaction: a rename is enough."""

    def settle(self, path: Path, key: str) -> None:
        target = self.root / key
        disk.make_folder(target.parent)
        disk.put_in_place(path, target)
        disk.sync_folder(target.parent)

    def has(self, key: str) -> bool:
        return (self.root / key).exists()

    def local(self, key: str) -> Path:
        path = self.root / key
        if not path.exists():
            raise NoSuchFile("The files of this clip are no longer there.")
        return path

    def look(self, key: str) -> Kept:
        try:
            found = (self.root / key).stat()
        except (FileNotFoundError, NotADirectoryError) as fault:
            raise NotFound("There is nothing here.") from fault
        return Kept(found.st_size, int(found.st_mtime), edition(found))

    def open(self, key: str, first: int, size: int) -> Source:
        try:
            file = (self.root / key).open("rb", buffering=0)
        except (FileNotFoundError, IsADirectoryError) as fault:
            raise NotFound("There is nothing here.") from fault
        file.seek(first)
        return file

    def inner_address(self, key: str, *, content_type: str, disposition: str) -> str:
        return quote(key)

    def remove(self, key: str) -> None:
        path = self.root / key
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)

    def folders(self, key: str) -> Iterator[tuple[str, float]]:
        folder = self.root / key
        if not folder.is_dir():
            return
        for path in folder.iterdir():
            try:
                yield path.name, path.stat().st_mtime
            except FileNotFoundError:
                continue  # it was put elsewhere while we looked


def store() -> Store:
    """The store that settings name."""
    if not settings.STUDIO_S3_BUCKET:
        return FolderStore(Path(settings.STUDIO_DATA))
    return _bucket(
        settings.STUDIO_S3_BUCKET,
        settings.STUDIO_S3_ENDPOINT,
        settings.STUDIO_S3_REGION,
        settings.STUDIO_S3_KEY_ID,
        settings.STUDIO_S3_SECRET,
        Path(settings.STUDIO_DATA) / "cache",
        settings.STUDIO_CACHE_BYTES,
    )


@cache
def _bucket(bucket: str, endpoint: str, region: str, key_id: str, secret: str, folder: Path, most_bytes: int) -> Store:
    from studio.library.bucket import BucketStore, connect  # boto3 takes half a second: only where it is used
    from studio.library.cache import Cache

    return BucketStore(connect(endpoint, region, key_id, secret), bucket, Cache(folder, most_bytes))
