"""What a run says of its own work: how long each stage took, and what was done otherwise than asked.

Stages run beside each other, each in one thread: their seconds add up to more than the run took. A stage that takes
about as long as the run is what holds it up; `wait` is how long the tracker stood still for pictures.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Literal, TypeVar

from studio.jobs.tally import count
from studio.runs.models import Run

T = TypeVar("T")
Stage = Literal["load", "decode", "wait", "track", "encode", "write"]
STAGES: tuple[Stage, ...] = ("load", "decode", "wait", "track", "encode", "write")


class Notes:
    """Seconds and frames of each stage, from all workers that had the run, and sentences for its person."""

    def __init__(self, timings: Mapping[str, tuple[float, int]] | None = None, sentences: Iterable[str] = ()) -> None:
        self._spent = {stage: tuple((timings or {}).get(stage, (0.0, 0))) for stage in STAGES}
        self._before = {stage: seconds for stage, (seconds, _) in self._spent.items()}
        self.sentences = list(sentences)

    @classmethod
    def of(cls, run: Run) -> Notes:
        """Go on with what earlier workers noted."""
        return cls(run.timings, run.notes)

    @contextmanager
    def timed(self, stage: Stage, frames: int = 1) -> Iterator[None]:
        """Note the time of the block; a block that fails is not noted."""
        began = time.perf_counter()
        yield
        self._add(stage, time.perf_counter() - began, frames)

    def each(self, stage: Stage, items: Iterable[T]) -> Generator[T, None, None]:
        """The same items; how long each took to come is noted."""
        iterator = iter(items)
        try:
            while True:
                began = time.perf_counter()
                try:
                    item = next(iterator)
                except StopIteration:
                    return
                self._add(stage, time.perf_counter() - began, 1)
                yield item
        finally:
            close = getattr(iterator, "close", None)
            if close is not None:
                close()

    def say(self, sentence: str) -> None:
        """A sentence for the person whose run it is, once."""
        if sentence not in self.sentences:
            self.sentences.append(sentence)

    def fields(self) -> dict[str, object]:
        """What is kept with the run's row."""
        timings = {stage: [round(seconds, 3), frames] for stage, (seconds, frames) in self._spent.items() if seconds}
        return {"timings": timings, "notes": self.sentences}

    def keep(self, run: Run) -> None:
        """Write them down at the end of a worker's work on the run, and add its share to the studio's counts."""
        Run.objects.filter(pk=run.pk).update(**self.fields())
        for stage in STAGES:
            if (spent := self._spent[stage][0] - self._before[stage]) > 0:
                count("run_stage_seconds", stage, by=spent)

    def _add(self, stage: Stage, seconds: float, frames: int) -> None:
        spent, of = self._spent[stage]
        self._spent[stage] = (spent + seconds, of + frames)
