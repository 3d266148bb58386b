"""A correction: a new box in the middle of a tracked clip, and 30 frames tracked from it, as the gpu queue does it.

    .venv/bin/python benchmarks/correction.py [--frames 30] [--size 854x480] [--rounds 5]

The model is resident, as in a worker. Prints, from the press of Track, the seconds to the first mask that a page can
read and to the run's end, with the default weights; the median of the rounds and the worst.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

BEFORE = 10  # frames ahead of the corrected one
LOOK_S = 0.003


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=30)
    parser.add_argument("--size", default="854x480")
    parser.add_argument("--rounds", type=int, default=5)
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
    from studio.runs.service import start_run
    from studio.runs.track import follow, warm_up
    from studio.scenes.changes import add_subject, set_prompt

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    call_command("migrate", verbosity=0)
    drawn = draw_clip(BEFORE + frames, width, height)
    owner = User.objects.create_user("bench")
    video = Video.objects.create(
        owner=owner,
        title="bench",
        state="ready",
        width=width,
        height=height,
        frame_count=BEFORE + frames,
        duration_s=(BEFORE + frames) / 25,
    )
    folder = files.folder_of(video.id)
    folder.mkdir(parents=True)
    write_video(folder / "film.mp4", drawn.frames).rename(folder / files.SOURCE)
    table = FrameTable.of(folder / files.SOURCE, max_pixels=10**8, max_frames=10**6)
    (folder / files.TABLE).write_bytes(table.to_bytes())
    subject = add_subject(video)
    set_prompt(subject, 0, box_of(drawn.box(0)))
    warm_up()
    work(start_run(video).job_id, follow)

    first, end = [], []
    for _ in range(rounds):
        set_prompt(subject, BEFORE, box_of(drawn.box(BEFORE)))
        began = time.perf_counter()
        run = start_run(video, first_frame=BEFORE, last_frame=BEFORE + frames - 1)
        seen: list[float] = []
        watcher = threading.Thread(target=watch, args=(run.id, seen))
        watcher.start()
        work(run.job_id, follow)
        end.append(time.perf_counter() - began)
        watcher.join()
        first.append(seen[0] - began)
    for what, times in (("first new mask", first), (f"end of {frames} frames", end)):
        print(f"{what:18} median {statistics.median(times):.2f} s, worst {max(times):.2f} s")


def box_of(text: str) -> tuple[float, float, float, float]:
    x, y, width, height = map(float, text.split(","))
    return x, y, width, height


def watch(run: object, seen: list[float]) -> None:
    """Note when the run's first mask can be read."""
    from django.db import connection

    from studio.scenes.models import Mask

    while not Mask.objects.filter(run_id=run).exists():
        time.sleep(LOOK_S)
    seen.append(time.perf_counter())
    connection.close()


if __name__ == "__main__":
    main()
