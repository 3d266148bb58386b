"""Copies of files of a store on this machine's disk, for as long as there is room: the longest unused go first.

What a process used last it holds with a shared lock, and nobody removes what somebody holds: a file may be opened again
in the middle of a job. A single file larger than the bound is still fetched, as a job cannot do without it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

MOST_HELD = 8  # files and folders a process used last; a job needs three
ABANDONED_AFTER_S = 24 * 3600  # what a process that was killed had begun to fetch


class Cache:
    """A folder of copies, bounded in bytes; any number of processes use it."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self.folder, self.most_bytes = folder, most_bytes
        self._lock = threading.Lock()
        self._held: OrderedDict[str, int] = OrderedDict()  # name: descriptor

    def get(self, key: str, size: int, fetch: Callable[[Path], None]) -> Path:
        """The copy of a file or folder; `fetch` makes it at a path where nothing is yet, and knows it takes `size`."""
        name = quote(key, safe="")
        path = self.folder / name
        if not self._hold(path):
            self.folder.mkdir(parents=True, exist_ok=True)
            self._make_room(size)
            fetched = self.folder / f".fetching-{uuid4()}"
            try:
                fetch(fetched)
                if not path.exists():  # another process was faster: its copy is as good
                    fetched.rename(path)
            finally:
                _remove(fetched)
            self._hold(path)
        return path

    def _hold(self, path: Path) -> bool:
        """Lock a copy against removal and mark it as used now; False where there is none."""
        with self._lock:
            return self._hold_alone(path)

    def _hold_alone(self, path: Path) -> bool:
        if path.name in self._held:
            self._held.move_to_end(path.name)
            return True
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            return False
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        if not path.exists():  # removed while we waited
            os.close(descriptor)
            return False
        os.utime(path)
        self._held[path.name] = descriptor
        while len(self._held) > MOST_HELD:
            _, oldest = self._held.popitem(last=False)
            os.close(oldest)
        return True

    def _make_room(self, size: int) -> None:
        for path in self.folder.glob(".fetching-*"):
            if time.time() - _used(path) > ABANDONED_AFTER_S:
                _remove(path)
        copies = sorted((path for path in self.folder.iterdir() if not path.name.startswith(".")), key=_used)
        sizes = {path: _size(path) for path in copies}
        total = sum(sizes.values()) + size
        for path in copies:
            if total <= self.most_bytes:
                return
            if _remove_unheld(path):
                total -= sizes[path]


def _remove_unheld(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _remove(path)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _used(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _size(path: Path) -> int:
    """Bytes of a file, or of all files of a folder."""
    try:
        if path.is_dir():
            return sum(inner.stat().st_size for inner in path.iterdir())
        return path.stat().st_size
    except FileNotFoundError:
        return 0
