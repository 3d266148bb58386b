"""What a file must go through before a row may speak of it: written beside, synced, renamed, its folder synced."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from django.conf import settings

LEAST_FREE_BYTES = 2 * 1024**3  # below this nothing more is taken in: the database and running jobs need room too


def free_bytes(folder: Path) -> int:
    """How much room the disk under a folder has."""
    return shutil.disk_usage(folder).free


def free_bytes_of_all() -> int:
    """How much room there is where there is least: for the data folder, or where uploads come in. Raises OSError."""
    return min(free_bytes(folder) for folder in (settings.STUDIO_DATA, settings.STUDIO_STAGING) if folder is not None)


def sync_file(path: Path) -> None:
    """Return when a file's content survives a power cut."""
    _sync(path, os.O_RDONLY)


def sync_folder(folder: Path) -> None:
    """Return when what was made, renamed or removed in a folder survives a power cut."""
    _sync(folder, os.O_RDONLY | os.O_DIRECTORY)


def sync_tree(folder: Path) -> None:
    """Sync every file in a folder, the folders below it and itself."""
    for path in folder.rglob("*"):
        if path.is_dir():
            sync_folder(path)
        else:
            sync_file(path)
    sync_folder(folder)


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, so that it survives a power cut."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def put_in_place(source: Path, target: Path) -> None:
    """Rename a synced file or folder over a target of the same disk. The caller syncs the target's folder."""
    if source.is_dir() and target.is_dir():
        shutil.rmtree(target)  # a folder cannot be renamed over a full one
    source.rename(target)


@contextmanager
def making_folder(parent: Path, token: UUID, of: str = "") -> Iterator[Path]:
    """A folder of one attempt's own in which files are made; what attempts that were killed left is removed first.

    `token` is the attempt's. `of` says what is made, where others make theirs in the same parent.
    """
    prefix = f".making-{of}-" if of else ".making-"
    for left in parent.glob(f"{prefix}*"):
        shutil.rmtree(left, ignore_errors=True)
    making = parent / f"{prefix}{token}"
    making.mkdir()
    try:
        yield making
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
