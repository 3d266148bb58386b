"""The whole studio as `manage.py up` starts it, for tests that need all of it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
STARTED_WITHIN_S = 180.0  # a first start builds the page


@dataclass
class RunningStudio:
    """A studio that somebody started: its address, its link, its folder, its launcher."""

    address: str
    link: str
    data: Path
    launcher: subprocess.Popen[str]


def start_studio(data: Path, *arguments: str) -> RunningStudio:
    """What `make run` does, on a folder and a port of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("STUDIO_", "DJANGO_"))}
    environment.pop("REDIS_URL", None)
    environment.pop("DATABASE_URL", None)
    launcher = subprocess.Popen(
        [sys.executable, "manage.py", "up", "--no-browser", "--port", "0", "--data", str(data), *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert launcher.stdout is not None
    said = ""
    until = time.monotonic() + STARTED_WITHIN_S
    while time.monotonic() < until:
        line = launcher.stdout.readline()
        said += line
        if not line:
            break
        if found := re.search(r"(http://\S+)/link/\S+", line):
            return RunningStudio(found[1], found[0], data, launcher)
    launcher.kill()
    raise AssertionError(f"the studio did not start:\n{said}")


def stop_studio(studio: RunningStudio) -> None:
    """Ctrl-C."""
    studio.launcher.send_signal(signal.SIGINT)
    studio.launcher.wait(timeout=40)
    if studio.launcher.stdout is not None:
        studio.launcher.stdout.close()
