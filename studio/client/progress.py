"""A bar on a terminal, silence anywhere else."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

_WIDTH = 28  # characters of the bar itself
_EVERY_S = 0.1


class Bar:
    """One line on stderr that shows how far a thing is; it ends with the with."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._shown = sys.stderr.isatty()
        self._last = 0.0
        self._drawn = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._drawn:
            print(file=sys.stderr)

    def show(self, share: float, note: str = "") -> None:
        """Show 0..1; at most ten times a second, and the end always."""
        now = time.monotonic()
        if not self._shown or (share < 1 and now - self._last < _EVERY_S):
            return
        self._last, self._drawn = now, True
        filled = round(_WIDTH * min(max(share, 0.0), 1.0))
        bar = f"{'█' * filled}{'░' * (_WIDTH - filled)} {100 * share:3.0f} %"
        print(f"\r{self._label} {bar} {note:<30}", end="", file=sys.stderr, flush=True)


def note_of(job: dict[str, object]) -> str:
    """What a bar says of a job beside its share."""
    state, place, fps, left = job.get("state"), job.get("place"), job.get("fps"), job.get("seconds_left")
    if state == "queued" and isinstance(place, int):
        return f"waiting, place {place}"
    words = [
        f"{fps:.0f} fps" if isinstance(fps, int | float) else "",
        f"{left:.0f} s left" if isinstance(left, int | float) else "",
    ]
    return ", ".join(word for word in words if word)
