"""A progress bar on a terminal, silence anywhere else."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self, TextIO

_WIDTH = 28  # characters of the bar itself
_INTERVAL_S = 0.1


class Progress:
    """Shows done of total, the rate and the time left; one line on stderr, rewritten at most ten times a second."""

    def __init__(self, total: int | None, label: str, unit: str = "frames", stream: TextIO | None = None) -> None:
        self._total, self._label, self._unit = total, label, unit
        self._stream = stream if stream is not None else sys.stderr
        self._shown = self._stream.isatty()
        self._done = 0
        self._began = time.monotonic()
        self._last = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            self._draw("")
            self._stream.write("\n")

    def advance(self, count: int = 1, note: str = "") -> None:
        """Say that so many more are done."""
        self._done += count
        if self._shown and time.monotonic() - self._last > _INTERVAL_S:
            self._draw(note)

    def _draw(self, note: str) -> None:
        self._last = time.monotonic()
        rate = self._done / max(self._last - self._began, 1e-9)
        if self._total:
            filled = min(_WIDTH, _WIDTH * self._done // self._total)
            left = (self._total - self._done) / rate if rate > 0 else 0.0
            bar = f"{'█' * filled}{'░' * (_WIDTH - filled)} {100 * self._done / self._total:3.0f} %"
            text = f"{self._label} {bar} {rate:,.0f} {self._unit}/s, {left:,.0f} s left {note}"
        else:
            text = f"{self._label} {self._done:,} {self._unit}, {rate:,.0f}/s {note}"
        self._stream.write(f"\r{text:<78}")
        self._stream.flush()
