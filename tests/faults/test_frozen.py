"""J4: a worker that was frozen past its lease, and wakes when another has its run, writes nothing."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from drawn.clips import draw_clip, write_video
from faults.sizes import sized
from faults.test_take_over import lease_of, worker
from running.studio import RunningStudio, Visitor, start_studio, stop_studio

pytestmark = [
    pytest.mark.whole,
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc"),
]

FREEZES = sized(1, 10)
FRAMES = 240
LEASE_S = "2"  # instead of 15
ASLEEP_S = sized(1, 60)  # at least, and until another has the run


def wait_until(what: Callable[[], bool], seconds: float = 120.0) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


@contextmanager
def another_like(studio: RunningStudio, number: int) -> Iterator[None]:
    """A second worker, with the command line and the environment of one that runs."""
    words = Path(f"/proc/{number}/cmdline").read_bytes().decode().rstrip("\0").split("\0")
    named = [word.replace("gpu@", "another@") for word in words]
    around = Path(f"/proc/{number}/environ").read_bytes().decode().rstrip("\0").split("\0")
    with (studio.data / "logs" / "another.log").open("ab") as log:
        process = subprocess.Popen(
            named,
            cwd=Path(__file__).parents[2],
            env=dict(pair.split("=", 1) for pair in around),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=20)


def freeze_between_commits(studio: RunningStudio, number: int) -> int:
    """Freeze a worker and what it started while it holds no lock of SQLite; how often it did and was let go on.

    Frozen in the middle of a commit it would keep every other writer of the database waiting until it wakes or dies.
    """
    attempts = 0
    while True:
        os.killpg(number, signal.SIGSTOP)
        with closing(sqlite3.connect(studio.data / "studio.sqlite3", timeout=3, isolation_level=None)) as database:
            try:
                database.execute("BEGIN IMMEDIATE")
                database.execute("ROLLBACK")
                return attempts
            except sqlite3.OperationalError as fault:
                assert "locked" in str(fault)
        os.killpg(number, signal.SIGCONT)
        attempts += 1
        time.sleep(0.05)


def test_a_worker_that_was_frozen_past_its_lease_writes_nothing_when_it_wakes(tmp_path, record_property):
    film = write_video(tmp_path / "film.mp4", draw_clip(FRAMES, 320, 240).frames)
    box = draw_clip(FRAMES, 320, 240).box()
    studio = start_studio(tmp_path / "data", STUDIO_LEASE_SECONDS=LEASE_S)
    try:
        visitor = Visitor(studio)
        clip = visitor.upload(film)
        visitor.client("track", clip, "--box", box)
        undisturbed = [(frame, counts) for frame, _, counts in visitor.masks(clip, FRAMES)]

        def job() -> dict:
            return dict(visitor.scene(clip)["runs"][0]["job"])

        in_the_middle = 0
        for _ in range(FREEZES):
            visitor.track_again(clip)
            wait_until(lambda: job()["state"] == "running" and job()["done"] > 0)
            number, held = worker(studio, "gpu"), lease_of(studio, "run")
            assert number is not None and held is not None
            in_the_middle += freeze_between_commits(studio, number)
            slept_since = time.monotonic()
            try:
                with another_like(studio, number):
                    wait_until(lambda held=held: lease_of(studio, "run") not in (None, held))
                    wait_until(lambda since=slept_since: time.monotonic() - since >= ASLEEP_S)
                    os.killpg(number, signal.SIGCONT)
                    wait_until(lambda: job()["state"] not in ("queued", "running"))
            finally:
                os.killpg(number, signal.SIGCONT)
            assert job()["state"] == "done", job()
            assert [(frame, counts) for frame, _, counts in visitor.masks(clip, FRAMES)] == undisturbed

        log = studio.data / "logs" / "gpu.log"
        wait_until(lambda: log.read_text().count("lease lost") >= FREEZES, 30)
    finally:
        stop_studio(studio)

    record_property("tried", FREEZES)
    figure = f"{FREEZES} freezes, each refused; {FRAMES} frames each once and the same"
    record_property("figure", f"{figure}; {in_the_middle} in the middle of a commit were let go on and frozen later")
