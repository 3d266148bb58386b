"""A worker that dies, again and again, costs time and nothing else.

A run is a few hundred frames long and each kill needs progress, so many kills take many runs of the clip.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from drawn.clips import draw_clip, write_video
from faults.sizes import sized
from running.studio import Visitor, pool_process, start_studio, stop_studio

pytestmark = [
    pytest.mark.whole,
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc"),
]

KILLS = sized(4, 500)
FRAMES_A_KILL = 30  # on average, so that the run outlives them
MOST_RUNS = sized(1, 200)
LEASE_S = "2"  # instead of 15: each take-over waits for it


def wait_until(what: Callable[[], bool], seconds: float = 90.0) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


def test_a_run_whose_worker_is_killed_at_random_moments_makes_the_masks_of_an_undisturbed_one(
    tmp_path, record_property
):
    frames = min(300, max(80, KILLS * FRAMES_A_KILL))
    film = write_video(tmp_path / "film.mp4", draw_clip(frames, 320, 240).frames)
    box = draw_clip(frames, 320, 240).box()
    moments = random.Random(7)
    studio = start_studio(tmp_path / "data", STUDIO_LEASE_SECONDS=LEASE_S)
    try:
        visitor = Visitor(studio)
        calm, stormy = visitor.upload(film), visitor.upload(film)
        visitor.client("track", calm, "--box", box)
        assert [frame for frame, _, _ in visitor.masks(calm, frames)] == list(range(frames))

        undisturbed = [(frame, counts) for frame, _, counts in visitor.masks(calm, frames)]
        killed = runs = 0

        def job() -> dict:
            return visitor.scene(stormy)["runs"][0]["job"]

        visitor.client("track", stormy, "--box", box, "--no-wait")
        while True:
            runs += 1
            while killed < KILLS and job()["state"] in ("queued", "running"):
                done = job()["done"]
                wait_until(lambda done=done: job()["done"] > done or job()["state"] not in ("queued", "running"))
                time.sleep(moments.uniform(0.0, 0.25))
                process = pool_process(studio)
                if process is not None and job()["state"] == "running":
                    os.kill(process, signal.SIGKILL)
                    killed += 1
            wait_until(lambda: job()["state"] not in ("queued", "running"))
            assert job()["state"] == "done", job()
            assert [(frame, counts) for frame, _, counts in visitor.masks(stormy, frames)] == undisturbed
            if killed >= KILLS or runs == MOST_RUNS:
                break
            visitor.track_again(stormy)

        assert killed >= min(KILLS, 3), "the run was over too soon to be disturbed"
        record_property("tried", killed)
        record_property("figure", f"{killed} kills in {runs} runs, {len(undisturbed)} frames each once and the same")
    finally:
        stop_studio(studio)
