"""An import written by a worker that is killed by kill -9 at its n-th commit, and what comes of it afterwards.

`python writing.py FOLDER MODE N...`: for each N a copy of the database, in which a worker lives until it begins (odd)
or has ended (even) a commit and dies; then another does what reaper, worker and sweep do. N of 0 lives to the end.
Prints one JSON line for each: {"place", "steps", "status" of the first, "left" and "mended": what the scene has,
"prepared"}.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from datetime import timedelta
from pathlib import Path

FOLDER, MODE = Path(sys.argv[1]), sys.argv[2]
sys.path[:0] = [str(Path(__file__).parents[3])]
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "studio.settings",
    "STUDIO_DATA": str(FOLDER),
    "DATABASE_URL": f"sqlite:///{FOLDER / 'studio.sqlite3'}",
    "REDIS_URL": "redis://127.0.0.1:1",
}

import django  # noqa: E402

django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.db.backends.base.base import BaseDatabaseWrapper  # noqa: E402
from django.utils import timezone  # noqa: E402

from studio.imports import write  # noqa: E402
from studio.imports.models import Import  # noqa: E402
from studio.imports.scene import Clip, Found, Scene  # noqa: E402
from studio.imports.service import SCENE, folder_of  # noqa: E402
from studio.imports.sweep import sweep_imports  # noqa: E402
from studio.imports.tasks import import_file  # noqa: E402
from studio.jobs.models import Job  # noqa: E402
from studio.jobs.queue import submit  # noqa: E402
from studio.jobs.reaper import reap  # noqa: E402
from studio.library.models import Video  # noqa: E402
from studio.scenes.models import Mask, PreparedMask, Step, Subject  # noqa: E402

OBJECTS, FRAMES = 3, 40
write.MASKS_AT_ONCE = 25


def begin() -> None:
    """A clip with an object of its own, and a file that was read: three objects, one of the same name."""
    call_command("migrate", verbosity=0)
    ann = User.objects.create_user("ann")
    video = Video.objects.create(
        owner=ann, title="a", form=Video.Form.IMAGES, state=Video.State.READY, width=8, height=4, frame_count=FRAMES
    )
    mine = Subject.objects.create(video=video, number=1, name="ring", color="#ff0000", revision=1)
    for frame in range(5):
        Mask.objects.create(
            subject=mine, frame=frame, counts=b"04", area=4, score=1, rotated_box=[0] * 8, state=1, revision=1
        )
    scene = Scene(Clip(8, 4, FRAMES))
    for number in range(OBJECTS):
        place = scene.object_of(number, "ring" if number == 0 else "thing", "here", number=number + 1)
        for frame in range(FRAMES):
            scene.keep(Found(place, frame, b"0P1", 32, 0.5, (0.0,) * 8, "imported"), "here")
    of = Import(video=video, person=ann, name="a.json", byte_size=1, kind="coco", step=Import.Step.WRITE, mode=MODE)
    of.found = scene.summary()
    of.job = submit(video.owner_id, video.id, Job.Kind.IMPORT, total=OBJECTS * FRAMES)
    of.save(force_insert=True)
    folder_of(of).mkdir(parents=True)
    scene.write(folder_of(of) / SCENE)


def told() -> list[object]:
    """What a page would be shown, and whether the import counts as written."""
    shown = Mask.objects.filter(subject__deleted_at=None)
    return [
        Subject.objects.filter(deleted_at=None).count(),
        shown.count(),
        shown.filter(state=Mask.State.IMPORTED).count(),
        Step.objects.count(),
        Import.objects.get().written,
    ]


def live(death: int, counted: Path) -> None:
    steps = 0
    real = BaseDatabaseWrapper._commit

    def step() -> None:
        nonlocal steps
        steps += 1
        if steps == death:
            os.kill(os.getpid(), signal.SIGKILL)

    def commit(self: BaseDatabaseWrapper) -> None:
        step()
        real(self)
        step()

    BaseDatabaseWrapper._commit = commit
    import_file(str(Import.objects.get().job_id))
    counted.write_text(str(steps))


def mend(out: Path) -> None:
    left = told()
    Job.objects.filter(state=Job.State.RUNNING).update(lease_until=timezone.now() - timedelta(seconds=1))
    reap()
    import_file(str(Import.objects.get().job_id))
    sweep_imports()
    out.write_text(json.dumps({"left": left, "mended": told(), "prepared": PreparedMask.objects.count()}))


def in_child(work: object, *given: object) -> int:
    child = os.fork()
    if child == 0:
        work(*given)  # type: ignore[operator]
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    assert in_child(begin) == 0
    counted, out = FOLDER / "steps", FOLDER / "said"
    for place in map(int, sys.argv[3:]):
        database = FOLDER / f"{place}.sqlite3"
        for ending in ("", "-wal"):
            if (source := FOLDER / f"studio.sqlite3{ending}").exists():
                shutil.copy(source, f"{database}{ending}")
        connections["default"].settings_dict["NAME"] = str(database)
        out.unlink(missing_ok=True)
        status = in_child(live, place, counted)
        assert in_child(mend, out) == 0
        steps = int(counted.read_text()) if not place else 0
        line = {"place": place, "status": status, "steps": steps, **json.loads(out.read_text())}
        sys.stdout.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
