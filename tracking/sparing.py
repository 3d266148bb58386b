"""A tracker that goes on when memory runs out: with fewer objects at once, then on the CPU, then with a sentence."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from tracking.box import Box
from tracking.errors import OutOfMemory
from tracking.pursuit import Pursuit
from tracking.track import Step, Track
from tracking.tracker import Tracker

T = TypeVar("T")
R = TypeVar("R")


class Sparing:
    """Follows as the tracker does, in smaller batches once a batch was too large; for one run and its memory.

    A step that failed is done again from the same tracks, which it did not change. on_cpu makes the tracker that is
    taken when even one object is too much for the device; say is told each change of the way, as a sentence.
    """

    def __init__(self, tracker: Tracker, on_cpu: Callable[[], Tracker], say: Callable[[str], None]) -> None:
        self.tracker = tracker
        self.most: int | None = None  # objects at once; None: all
        self._on_cpu, self._say = on_cpu, say
        self._pursuit = Pursuit(tracker)

    def start(self, frame: NDArray[np.uint8], boxes: Sequence[Box]) -> tuple[Track, ...]:
        """As Tracker.start. Raises OutOfMemory when one object is too much for a CPU."""
        return tuple(
            track for part in self._in_batches(boxes, lambda some: self.tracker.start(frame, some)) for track in part
        )

    def step(
        self, frame: NDArray[np.uint8], tracks: Sequence[Track], coming: NDArray[np.uint8] | None = None
    ) -> tuple[tuple[Track, ...], tuple[Step, ...]]:
        """As Pursuit.step. Raises OutOfMemory when one object is too much for a CPU."""

        def step(some: Sequence[Track]) -> tuple[tuple[Track, ...], tuple[Step, ...]]:
            return self._pursuit.step(frame, some, coming if len(some) == len(tracks) else None)

        parts = self._in_batches(tracks, step)
        return tuple(track for moved, _ in parts for track in moved), tuple(
            step for _, steps in parts for step in steps
        )

    def _in_batches(self, items: Sequence[T], work: Callable[[Sequence[T]], R]) -> list[R]:
        while True:
            size = max(1, min(self.most or len(items), len(items)))
            try:
                return [work(items[first : first + size]) for first in range(0, max(1, len(items)), size)]
            except RuntimeError as fault:
                if not is_out_of_memory(fault):
                    raise
            # after the handler: what its traceback held is free now
            self._spare(size)

    def _spare(self, size: int) -> None:
        """Take less memory than a batch of this size did."""
        device = self.tracker.device.type
        if size > 1:
            self.most = size // 2
            self._say(
                f"{size} objects at once were too much for the memory of this {_NAMES[device]}: "
                f"they were followed {self.most} at a time."
            )
        elif device != "cpu":
            self.tracker, self.most = self._on_cpu(), None
            self._pursuit = Pursuit(self.tracker)
            self._say(f"The memory of this {_NAMES[device]} was too small for one object: the CPU followed instead.")
        else:
            raise OutOfMemory("following one object needs more memory than this machine gives")
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def is_out_of_memory(fault: RuntimeError) -> bool:
    """Whether torch found no memory: on CUDA it has a class of its own for that, on a CPU a sentence."""
    return isinstance(fault, torch.OutOfMemoryError) or "DefaultCPUAllocator" in str(fault)


_NAMES = {"cpu": "machine", "cuda": "graphics card"}
