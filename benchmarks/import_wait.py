"""How long another person waits for the database while a large import is written into a clip.

    .venv/bin/python benchmarks/import_wait.py [--masks 6000] [--objects 3] [--bytes 750] [--replace]

On SQLite, which has one writer at a time: a worker writes an import of so many masks, while another process writes a
row of its own every 20 ms and notes how long each took. Prints the longest wait, the worker's time, and the time of its
last transaction, in which all masks become visible. --replace: objects of the same names with as many masks are there.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]
os.environ.update(DJANGO_SETTINGS_MODULE="studio.settings", REDIS_URL="redis://127.0.0.1:1")

EVERY_S = 0.02


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--masks", type=int, default=6000)
    parser.add_argument("--objects", type=int, default=3)
    parser.add_argument("--bytes", type=int, default=750)
    parser.add_argument("--replace", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"STUDIO_DATA": folder, "DATABASE_URL": f"sqlite:///{folder}/studio.sqlite3"}
        measure(Path(folder), asked)


def measure(folder: Path, asked: argparse.Namespace) -> None:
    import logging

    import django

    django.setup()
    logging.disable()
    from django.core.management import call_command
    from django.db import connection

    from studio.imports import work
    from studio.imports.tasks import import_file

    call_command("migrate", verbosity=0)
    jobs = [prepared_import(asked, replace=False), prepared_import(asked, replace=True)] if asked.replace else [
        prepared_import(asked, replace=False)
    ]  # fmt: skip
    if asked.replace:
        assert import_file(jobs[0])
    real, last = work.write_scene, []

    def timed(*args: object, **kwargs: object) -> None:
        began = time.perf_counter()
        real(*args, **kwargs)  # type: ignore[arg-type]
        last.append(time.perf_counter() - began)

    work.write_scene = timed  # type: ignore[assignment]
    connection.close()
    stop, waits = folder / "stop", folder / "waits"
    child = os.fork()
    if child == 0:
        write_beside(stop, waits)
        os._exit(0)
    time.sleep(0.5)
    began = time.perf_counter()
    assert import_file(jobs[-1])
    took = time.perf_counter() - began
    stop.touch()
    os.waitpid(child, 0)
    longest = max(map(float, waits.read_text().split()))
    load = f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    print(
        f"{asked.masks} masks of {asked.objects} objects, {asked.bytes} bytes each{', replaced' * asked.replace}: "
        f"longest wait {longest:.2f} s; written in {took:.1f} s, the last {last[0]:.2f} s of it at once; load {load}"
    )


def write_beside(stop: Path, waits: Path) -> None:
    """Another person: a row of their own again and again."""
    from django.contrib.auth.models import User

    taken = []
    while not stop.exists():
        began = time.perf_counter()
        User.objects.update_or_create(username="bob", defaults={"last_name": str(len(taken))})
        taken.append(time.perf_counter() - began)
        time.sleep(EVERY_S)
    waits.write_text("\n".join(map(str, taken)))


def prepared_import(asked: argparse.Namespace, *, replace: bool) -> str:
    """A clip and a file that was read for it; the job that writes it."""
    from django.contrib.auth.models import User

    from studio.imports.models import Import
    from studio.imports.scene import Clip, Found, Scene
    from studio.imports.service import SCENE, folder_of
    from studio.jobs.models import Job
    from studio.jobs.queue import submit
    from studio.library.models import Video

    frames = asked.masks // asked.objects
    ann, _ = User.objects.get_or_create(username="ann")
    video, _ = Video.objects.get_or_create(
        owner=ann,
        title="a",
        form=Video.Form.IMAGES,
        state=Video.State.READY,
        width=1280,
        height=720,
        frame_count=frames,
    )
    scene = Scene(Clip(1280, 720, frames))
    for number in range(asked.objects):
        place = scene.object_of(number, f"thing {number}", "here", number=number + 1, name=f"thing {number}")
        for frame in range(frames):
            counts = os.urandom(asked.bytes)
            scene.keep(Found(place, frame, counts, 1000, 0.9, (0.0,) * 8, "imported"), "here")
    mode = Import.Mode.REPLACE if replace else Import.Mode.ADD
    of = Import(video=video, person=ann, name="a.json", byte_size=1, kind="coco", step=Import.Step.WRITE, mode=mode)
    of.found = scene.summary()
    of.job = submit(video.owner_id, video.id, Job.Kind.IMPORT, total=asked.masks)
    of.save(force_insert=True)
    folder_of(of).mkdir(parents=True)
    scene.write(folder_of(of) / SCENE)
    return str(of.job_id)


if __name__ == "__main__":
    main()
