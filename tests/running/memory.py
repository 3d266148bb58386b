"""What the processes of a studio take, looked at again and again: memory and descriptors by kind, and how they grow."""

from __future__ import annotations

import os
import statistics
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from running.studio import RunningStudio, processes_of

PASSING = "readers of films"  # children of a few seconds
_KINDS = {  # what a command line has in it: what it is called here
    "studio.launch.web": "web",
    "-Q gpu": "gpu worker",
    "-Q media": "media worker",
    "studio.launch.reaper": "reaper",
    "valkey-server": "broker",
    "studio.media": PASSING,
}
_LAUNCHER = "launcher"  # and its guard


@dataclass(frozen=True)
class Sample:
    """All processes of one kind at a moment."""

    at_s: float
    processes: frozenset[int]
    mib: float  # resident, what they share counted in each
    descriptors: int


def samples_of(studio: RunningStudio, at_s: float) -> dict[str, Sample]:
    """Every process of the studio, by kind."""
    found: dict[str, list[tuple[int, float, int]]] = defaultdict(list)
    for number, command in {**processes_of(studio), studio.launcher.pid: ""}.items():
        with suppress(OSError):  # it ended meanwhile
            pages = int(Path(f"/proc/{number}/statm").read_text().split()[1])
            opened = sum(1 for _ in Path(f"/proc/{number}/fd").iterdir())
            kind = next((name for part, name in _KINDS.items() if part in command), _LAUNCHER)
            found[kind].append((number, pages * os.sysconf("SC_PAGE_SIZE") / 1024**2, opened))
    samples = {}
    for kind, members in found.items():
        numbers, sizes, opened_by = zip(*members, strict=True)
        samples[kind] = Sample(at_s, frozenset(numbers), sum(sizes), sum(opened_by))
    return samples


def mib_a_minute(samples: Sequence[Sample]) -> float:
    """How fast the memory grows, by least squares."""
    return 60 * statistics.linear_regression([one.at_s for one in samples], [one.mib for one in samples]).slope
