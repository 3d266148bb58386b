"""The work around the tracker: a run as the gpu queue does it, against the tracker alone on the same frames.

    .venv/bin/python benchmarks/run_overhead.py [--frames 120] [--size 1280x720] [--rounds 3]

Interleaved in one process: the tracker alone on frames that are decoded already, then the whole run (decode, track,
encode, commit to SQLite). Prints seconds and the ratio.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=120)
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    width, height = map(int, asked.size.split("x"))
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(STUDIO_DATA=folder, DJANGO_SETTINGS_MODULE="studio.settings")
        os.environ["REDIS_URL"] = "redis://127.0.0.1:1"  # nobody listens: a hint is lost, and nothing waits for it
        import django

        django.setup()
        measure(asked.frames, width, height, asked.rounds)


def measure(frames: int, width: int, height: int, rounds: int) -> None:
    import structlog
    from django.contrib.auth.models import User
    from django.core.management import call_command

    from drawn.clips import draw_clip, write_video
    from studio.jobs.lease import work
    from studio.library import files
    from studio.library.models import Video
    from studio.media.frame_table import FrameTable
    from studio.runs.kept import Begun
    from studio.runs.service import start_run
    from studio.runs.track import follow, resident, warm_up
    from studio.scenes.changes import add_subject, set_prompt
    from tracking import Box

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    call_command("migrate", verbosity=0)
    drawn = draw_clip(frames, width, height)
    box = tuple(map(float, drawn.box().split(",")))
    owner = User.objects.create_user("bench")
    video = Video.objects.create(
        owner=owner,
        title="bench",
        state="ready",
        width=width,
        height=height,
        frame_count=frames,
        duration_s=frames / 25,
    )
    folder = files.folder_of(video.id)
    folder.mkdir(parents=True)
    write_video(folder / "film.mp4", drawn.frames).rename(folder / files.SOURCE)
    table = FrameTable.of(folder / files.SOURCE, max_pixels=10**8, max_frames=10**6)
    (folder / files.TABLE).write_bytes(table.to_bytes())
    set_prompt(add_subject(video), 0, box)
    warm_up()
    tracker = resident(Begun("siammask-small"), "")
    alone, whole = [], []
    for _ in range(rounds):
        began = time.perf_counter()
        tracks = tracker.start(drawn.frames[0], [Box(*box)])
        for frame in drawn.frames:
            tracks, _steps = tracker.step(frame, tracks)
        alone.append(time.perf_counter() - began)
        run = start_run(video)
        began = time.perf_counter()
        work(run.job_id, follow)
        whole.append(time.perf_counter() - began)
    ratios = [run / bare for run, bare in zip(whole, alone, strict=True)]
    print(f"{frames} frames of {width}x{height}, one object, {rounds} rounds interleaved")
    print(f"tracker alone  {statistics.median(alone):6.2f} s  {frames / statistics.median(alone):5.1f} frames/s")
    print(f"whole run      {statistics.median(whole):6.2f} s  {frames / statistics.median(whole):5.1f} frames/s")
    print(f"ratio          {statistics.median(ratios):6.2f}   (min {min(ratios):.2f}, max {max(ratios):.2f})")


if __name__ == "__main__":
    main()
