"""The tests of everything that lives on the database, once more on PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from running.services import own_database

ROOT = Path(__file__).parents[2]
SET_BY_OTHER_TESTS = ("DJANGO_SETTINGS_MODULE", "DATABASE_URL", "REDIS_URL", "STUDIO_")
# what locks, counts revisions, races or stores bytes
ON_THE_DATABASE = (
    "jobs",
    "scenes",
    "accounts",
    "live",
    "library/test_uploads.py",
    "runs",
    "exports/test_exports.py",
    "imports/test_imports.py",
)

pytestmark = [pytest.mark.whole, pytest.mark.long]


def test_what_lives_on_the_database_does_so_on_postgresql() -> None:
    folders = [str(ROOT / "tests" / "studio" / name) for name in ON_THE_DATABASE]
    # what other tests of this process set names their database and settings, which pytest-django would load before ours
    plain = {name: value for name, value in os.environ.items() if not name.startswith(SET_BY_OTHER_TESTS)}
    with own_database() as database:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *folders],
            cwd=ROOT,
            env={**plain, "TEST_DATABASE_URL": database},
            capture_output=True,
            text=True,
            timeout=1500,
        )
    assert done.returncode == 0, done.stdout[-6000:]
