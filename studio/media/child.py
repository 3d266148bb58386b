"""Starting a child for strangers' files, and having one ready: Python and its libraries take longer than many a file.

A child is a module of ours started afresh, without our secrets, in a session of its own. It waits for its first line,
has loaded its libraries meanwhile, and confines itself (studio.media.sandbox) before it opens anything.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO, NamedTuple


class Child(NamedTuple):
    """A process that waits for its first line. It is killed when the thread that started it ends."""

    process: subprocess.Popen[bytes]
    complaints: IO[bytes]
    starter: threading.Thread

    @property
    def is_alive(self) -> bool:
        """Whether somebody who asks it now is answered, as far as one can know."""
        return self.starter.is_alive() and self.process.poll() is None

    def end(self) -> int:
        """Kill it and what it started, close what led to it, and return how it ended: a status, or minus a signal."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        code = self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.complaints):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        return code


_ready: dict[str, Child] = {}  # by module


def keep_ready(module: str) -> None:
    """Start the next child of a module before somebody waits for it; one waits at most."""
    waiting = _ready.get(module)
    if waiting is None or not waiting.is_alive:
        forget(module)
        _ready[module] = _start(module)


def take(module: str) -> Child:
    """The child that is ready, or one started now."""
    ready = _ready.pop(module, None)
    if ready is not None and ready.is_alive:
        return ready
    if ready is not None:
        ready.end()
    return _start(module)


def forget(module: str) -> None:
    """End the child of a module that waits, where there is one."""
    waiting = _ready.pop(module, None)
    if waiting is not None:
        waiting.end()


@atexit.register
def _forget_all() -> None:
    for module in list(_ready):
        forget(module)


def _start(module: str) -> Child:
    complaints = tempfile.TemporaryFile()  # noqa: SIM115  as long as the child
    process = subprocess.Popen(  # noqa: S603  our own interpreter and module
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=complaints,
        env=_environment(),
        start_new_session=True,
    )
    return Child(process, complaints, threading.current_thread())


def _environment() -> dict[str, str]:
    """What the child sees of ours: where Python is, and no secrets."""
    root = str(Path(__file__).resolve().parents[2])
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR", "HOME") if name in os.environ}
    return {
        **kept,
        "PYTHONPATH": root,
        "PYTHONDONTWRITEBYTECODE": "1",
        "MALLOC_ARENA_MAX": "2",  # each arena reserves 64 MiB of the address space that is limited
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
