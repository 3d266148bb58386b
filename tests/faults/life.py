"""A clip's whole life, killed by kill -9 at its n-th step, and what the studio does about it afterwards.

`python life.py FOLDER N...`: for each N a copy of the data folder, in which a process lives until step N and dies; then
another does what reaper and pages do, and says what rows and files disagree on. N of 0 lives to the end.
Prints one JSON line for each: {"place", "status" of the first, "steps" it went, "said" by the second}.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

FOLDER = Path(sys.argv[1])
FILM = FOLDER.parent / "film.mp4"
sys.path[:0] = [str(Path(__file__).parents[2])]
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "studio.settings",
    "STUDIO_DATA": str(FOLDER),
    "DATABASE_URL": f"sqlite:///{FOLDER / 'studio.sqlite3'}",
    "REDIS_URL": "redis://127.0.0.1:1",
}

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.db import connections  # noqa: E402
from django.db.backends.base.base import BaseDatabaseWrapper  # noqa: E402
from django.utils import timezone  # noqa: E402

from studio.exports import verify as exports_verify  # noqa: E402
from studio.exports.service import request_export  # noqa: E402
from studio.exports.sweep import sweep_exports  # noqa: E402
from studio.exports.tasks import export  # noqa: E402
from studio.imports import verify as imports_verify  # noqa: E402
from studio.imports.models import Import  # noqa: E402
from studio.imports.service import begin_import  # noqa: E402
from studio.imports.sweep import sweep_imports  # noqa: E402
from studio.imports.tasks import import_file  # noqa: E402
from studio.jobs.models import Job  # noqa: E402
from studio.jobs.reaper import reap  # noqa: E402
from studio.library import clips, disk, sweep, uploads, verify  # noqa: E402
from studio.library.models import Upload, Video  # noqa: E402
from studio.library.settle import settle_ingests  # noqa: E402
from studio.library.tasks import ingest  # noqa: E402
from studio.scenes.models import Mask, Subject  # noqa: E402

disk.LEAST_FREE_BYTES = 0
COCO = json.dumps(
    {
        "images": [{"id": 1, "file_name": "00000.jpg", "width": 160, "height": 120}],
        "categories": [{"id": 1, "name": "a"}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "segmentation": [[9, 9, 59, 9, 59, 59]]}],
    }
)
Step = Callable[[], None]
BODIES = {Job.Kind.INGEST: ingest, Job.Kind.EXPORT: export, Job.Kind.IMPORT: import_file}


def between(owner: Any, name: str, step: Step) -> None:
    """Make what is done by this name two steps: before it, and after it."""
    real: Callable[..., object] = getattr(owner, name)

    def stepped(*args: object, **kwargs: object) -> object:
        step()
        answer = real(*args, **kwargs)
        step()
        return answer

    setattr(owner, name, stepped)


def live(step: Step) -> None:
    for owner, name in (
        (os, "fsync"),
        (os, "rename"),
        (os, "unlink"),
        (shutil, "rmtree"),
        (BaseDatabaseWrapper, "_commit"),
    ):
        between(owner, name, step)
    ann = User.objects.get(username="ann")
    data = FILM.read_bytes()
    upload = uploads.create(ann, len(data), "film.mp4")
    for start in range(0, len(data), 1 << 15):
        uploads.append(upload, start, [data[start : start + (1 << 15)]])
    video = uploads.finish(upload)
    ingest(str(Job.objects.get(video=video, kind=Job.Kind.INGEST).id))
    video.refresh_from_db()
    assert video.state == Video.State.READY, video.error
    subject = Subject.objects.create(video=video, number=1, name="a", color="#ff0000", revision=video.revision)
    Mask.objects.create(
        subject=subject, frame=0, counts=b"04", area=4, score=1, rotated_box=[0] * 8, state=1, revision=video.revision
    )
    made = request_export(video, "csv", {})
    export(str(made.job_id))
    discarded = uploads.create(ann, 10, "another.mp4")
    uploads.append(discarded, 0, [b"abc"])
    uploads.discard(discarded)
    notes = COCO.encode()
    sent = uploads.create(ann, len(notes), "coco.json", Upload.Purpose.IMPORT)
    uploads.append(sent, 0, [notes])
    read = begin_import(video, sent, ann)
    import_file(str(read.job_id))
    assert Import.objects.get().found, Job.objects.get(pk=read.job_id).error
    clips.delete(video)
    Video.objects.update(deleted_at=timezone.now() - timedelta(days=1000))
    sweep.sweep()


def mend() -> list[str]:
    differences = (*verify.differences(), *exports_verify.differences(), *imports_verify.differences())
    lacking = [line for line in differences if "lacks" in line or "has no file" in line]
    for upload in Upload.objects.filter(video=None):  # what a page that asks does
        if uploads.arrived(upload) == upload.length:
            if upload.purpose == Upload.Purpose.CLIP:
                uploads.finish(upload)
            else:
                begin_import(Video.objects.get(), upload, upload.owner)
    Job.objects.filter(state=Job.State.RUNNING).update(lease_until=timezone.now() - timedelta(seconds=1))
    reap()
    for job in Job.objects.filter(state=Job.State.QUEUED):
        BODIES[Job.Kind(job.kind)](str(job.id))
    settle_ingests()
    sweep.ORPHAN_AFTER_S = -1
    sweep.sweep()
    sweep_exports()
    sweep_imports()
    said = [*lacking, *verify.differences(), *exports_verify.differences(sums=True), *imports_verify.differences()]
    unready = Video.objects.exclude(state=Video.State.READY)
    return said + [f"clip {video.id} is {video.state}: {video.error}" for video in unready]


def in_child(work: Callable[[], object], out: Path) -> int:
    """Do it in a process of its own, what it returns into a file; how that process ended."""
    child = os.fork()
    if child == 0:
        out.write_text(json.dumps(work()))
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def lived_until(death: int, counted: Path) -> None:
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1
        if steps == death:
            os.kill(os.getpid(), signal.SIGKILL)

    live(step)
    counted.write_text(str(steps))


def main() -> None:
    counted, out = FOLDER.parent / "steps", FOLDER.parent / "said"
    for place in map(int, sys.argv[2:]):
        folder = FOLDER.parent / f"life-{place}"
        shutil.copytree(FOLDER, folder)
        settings.STUDIO_DATA = folder
        connections["default"].settings_dict["NAME"] = str(folder / "studio.sqlite3")
        out.unlink(missing_ok=True)
        status = in_child(lambda place=place: lived_until(place, counted), FOLDER.parent / "nothing")
        in_child(mend, out)
        said = json.loads(out.read_text()) if out.exists() else ["nobody could mend it"]
        line = {"place": place, "status": status, "steps": int(counted.read_text()), "said": said}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
