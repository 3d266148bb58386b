"""A backup of a studio at work, and an empty studio that it is brought back into; on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from running.bucket import own_bucket
from running.services import own_database

pytestmark = pytest.mark.whole  # a dozen processes, one after the other

ROOT = Path(__file__).parents[3]
MAKE_A_CLIP = """
from pathlib import Path
from tempfile import mkdtemp
from django.contrib.auth.models import User
from studio.exports.backdrops import path_of
from studio.exports.models import Backdrop, Export
from studio.jobs.models import Job
from studio.library.files import FILMSTRIP, POSTER, PROXY, SOURCE, TABLE, TIMES, export_key, key_of
from studio.library.models import Video
from studio.library.store import store
ann = User.objects.create_user("ann")
edition = "e" * 32 if store().editions else ""
video = Video.objects.create(owner=ann, title="a clip", state="ready", byte_size=6, edition=edition)
job = Job.objects.create(owner=ann, video=video, kind="export", queue="media", state="done")
export = Export.objects.create(
    job=job, video=video, format="csv", file_name="a.csv", byte_size=5, of_revision=1, sha256="5" * 64
)
keys = [key_of(video, name) for name in (SOURCE, TABLE, TIMES, PROXY, POSTER, FILMSTRIP)]
for key in [*keys, export_key(export.id, "a.csv", export.sha256)]:
    made = Path(mkdtemp()) / "made"
    made.write_bytes(b"a,b,c" if key.startswith("exports") else b"source")
    store().send(made, key)
    store().settle(made, key)
picture = path_of(str(Backdrop.objects.create(owner=ann, width=1, height=1).id))
picture.parent.mkdir(parents=True)
picture.write_bytes(b"picture")
"""


class Studio:
    """A database and a data folder of its own, driven by manage.py."""

    def __init__(self, data: Path, **settings: str) -> None:
        around = {name: value for name, value in os.environ.items() if not name.startswith(("STUDIO_", "DATABASE_"))}
        self.environment = {**around, "STUDIO_DATA": str(data), **settings}

    def manage(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def done(self, *command: str) -> str:
        done = self.manage(*command)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(params=["a data folder and SQLite", "a bucket and PostgreSQL"])
def studios(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Studio, Studio]]:
    """One with a clip and an export, and an empty one of the same kind."""
    with ExitStack() as stack:
        made = []
        for name in ("first", "second"):
            settings = {}
            if "PostgreSQL" in request.param:
                settings = {"DATABASE_URL": stack.enter_context(own_database()), **stack.enter_context(own_bucket())}
            made.append(Studio(tmp_path / name, **settings))
        made[0].done("migrate", "--verbosity", "0")
        made[0].done("shell", "--verbosity", "0", "-c", MAKE_A_CLIP)
        yield made[0], made[1]


def test_files_alone_are_copied_where_the_operators_own_tool_keeps_the_database(
    studios: tuple[Studio, Studio], tmp_path: Path
) -> None:
    first, second = studios
    backup = tmp_path / "backup"

    assert "8 of 8 files were copied" in first.done("backup", str(backup), "--files-only")

    assert [path.name for path in backup.iterdir()] == ["files"]
    assert "There is no database" in second.manage("restore", str(backup)).stderr
    assert "0 files were brought back" in second.done("restore", str(backup), "--files-only"), "no row names them"


def test_a_backup_brings_everything_back_and_only_into_an_empty_studio(
    studios: tuple[Studio, Studio], tmp_path: Path
) -> None:
    first, second = studios
    backup = str(tmp_path / "backup")
    assert "8 of 8 files were copied" in first.done("backup", backup)
    assert "0 of 8 files were copied" in first.done("backup", backup), "what is there already is not copied again"

    said = second.done("restore", backup)

    assert "8 files were brought back" in said
    count = "from studio.library.models import Video; print(Video.objects.get().title)"
    assert "a clip" in second.done("shell", "--verbosity", "0", "-c", count)
    assert "lacks" not in second.manage("verify_storage").stdout
    again = second.manage("restore", backup)
    assert (again.returncode, "has clips already" in again.stderr) == (2, True)
