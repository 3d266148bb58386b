"""The studio's processes on one machine: started with their logs, watched, started again, ended together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from studio.launch.guard import end_groups

MOST_DEATHS = 5  # of one child
WINDOW_S = 60.0  # within so long: then the studio gives up
PATIENCE_S = 8.0  # for everybody to end by themselves


class KeepsDying(Exception):
    """Raised when a child dies again and again; the message names it and its log."""


@dataclass(slots=True)
class Child:
    """One process, and how to start it again."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str]
    words: str = ""  # for its standard input
    stop_signal: int = signal.SIGTERM
    process: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> int:
        """Start it in a process group of its own; returns the group."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603  our own programs
                list(self.command),
                stdin=subprocess.PIPE if self.words else subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(self.environment),
                start_new_session=True,
            )
        if self.process.stdin is not None:
            self.process.stdin.write(self.words.encode())
            self.process.stdin.close()
        return self.process.pid


class Children:
    """All of them. Leaving the block ends them; if this process is killed, its guard does."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._children: list[Child] = []
        self._guard = subprocess.Popen(
            [sys.executable, "-m", "studio.launch.guard"], stdin=subprocess.PIPE, start_new_session=True, text=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def start(self, child: Child) -> None:
        """Start a child and look after it from now on."""
        self._children.append(child)
        self._launch(child)

    def watch(self) -> None:
        """Start again whoever died since the last call. Raises KeepsDying."""
        for child in self._children:
            if child.is_alive:
                continue
            assert child.process is not None, "every child here was started"
            now = time.monotonic()
            child.deaths = [death for death in child.deaths if now - death < WINDOW_S] + [now]
            if len(child.deaths) >= MOST_DEATHS:
                raise KeepsDying(f"{child.name} ended {MOST_DEATHS} times within a minute; its log is {child.log}.")
            self._say(f"{child.name} ended ({_how(child.process.returncode)}) and is started again")
            self._launch(child)

    def end(self) -> None:
        """End everybody: last started first, so that whoever needs the broker goes before it."""
        waiting = [child for child in reversed(self._children) if child.process is not None]
        until = time.monotonic() + PATIENCE_S
        for child in waiting[:-1]:  # all but the first, which the others need to say goodbye
            _signal(child, child.stop_signal)
        for child in waiting[:-1]:
            _wait(child, until)
        for child in waiting[-1:]:
            _signal(child, child.stop_signal)
            _wait(child, time.monotonic() + PATIENCE_S / 2)
        # what is left of their groups: pool processes, parsers
        end_groups([child.process.pid for child in waiting if child.process is not None], 0.5)
        if self._guard.stdin is not None:
            self._guard.stdin.close()
        self._guard.wait()

    def _launch(self, child: Child) -> None:
        group = child.start()
        assert self._guard.stdin is not None, "it was asked for"
        self._guard.stdin.write(f"{group}\n")
        self._guard.stdin.flush()


def _signal(child: Child, number: int) -> None:
    if child.is_alive:
        assert child.process is not None, "an alive child has a process"
        os.kill(child.process.pid, number)


def _wait(child: Child, until: float) -> None:
    while child.is_alive and time.monotonic() < until:
        time.sleep(0.02)


def _how(status: int) -> str:
    if status < 0:
        return signal.Signals(-status).name
    return f"status {status}"
