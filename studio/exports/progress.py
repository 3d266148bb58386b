"""How far an export is, told through its lease."""

from __future__ import annotations

import time

from studio.jobs.lease import Lease


class Progress:
    """Counts frames of work; each tick may end the work, as its person may have cancelled it."""

    def __init__(self, lease: Lease, total: int) -> None:
        self.total = total
        self._lease = lease
        self._done = 0.0
        self._began = time.monotonic()

    def tick(self, frames: float) -> None:
        """So many more frames are done. Raises Paused, Cancelled or LeaseLost."""
        self._done += frames
        done = min(int(self._done + 1e-6), self.total)
        rate = self._done / max(time.monotonic() - self._began, 1e-3)
        self._lease.report(done, self.total, fps=rate, seconds_left=(self.total - done) / rate)
