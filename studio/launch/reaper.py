"""The process that looks after what others leave: `python -m studio.launch.reaper`, or `manage.py reaper`."""

from __future__ import annotations

import os
import signal
import threading
import time
from types import FrameType

import structlog

LOOK_EVERY_S = 2.0  # for silent workers and jobs nobody came for
SWEEP_EVERY_S = 3600.0  # for clips unopened or deleted long ago, uploads nobody finished, files without a row

logger = structlog.get_logger(__name__)


def main() -> None:
    """Look until told to stop."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
    django.setup()
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    from studio.jobs.workers import REAPER, keep_saying

    keep_saying([REAPER])
    look_after(stop)


def look_after(stop: threading.Event) -> None:
    """Reap, ring again and sweep in turn; a database that is away for a while only costs the turns it misses."""
    from django.db import DatabaseError, close_old_connections
    from django.utils import timezone

    from studio.exports.sweep import sweep_exports
    from studio.imports.sweep import sweep_imports
    from studio.jobs.reaper import reap, ring_again
    from studio.library.retention import look_after_unopened
    from studio.library.settle import settle_ingests
    from studio.library.sweep import sweep
    from studio.runs.kept import sweep_weights

    swept = -SWEEP_EVERY_S
    while True:
        try:
            close_old_connections()
            reap()
            ring_again()
            settle_ingests()
            if time.monotonic() - swept >= SWEEP_EVERY_S:
                swept = time.monotonic()
                look_after_unopened(timezone.now())
                sweep()
                sweep_exports()
                sweep_imports()
                sweep_weights()
        except DatabaseError as fault:
            logger.warning("nothing reaped", reason=str(fault))
        if stop.wait(LOOK_EVERY_S):
            return


if __name__ == "__main__":
    main()
