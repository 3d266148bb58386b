"""U5: whoever is killed between a file and its row, or between a row and its file, leaves nothing that stays wrong."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from drawn.clips import draw_clip, write_video
from faults.sizes import sized

ROOT = Path(__file__).parents[2]
KILLS = sized(2, 1000)  # there are about 200 steps; the long set takes every one of them
PREPARE = """
import django
django.setup()
from django.contrib.auth.models import User
from django.core.management import call_command
call_command("migrate", verbosity=0)
User.objects.create_user("ann")
"""


def lives(folder: Path, *places: int) -> list[dict[str, Any]]:
    command = [sys.executable, str(Path(__file__).with_name("life.py")), str(folder), *map(str, places)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60 + 60 * len(places))
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of a studio in which nothing has happened yet."""
    folder = tmp_path_factory.mktemp("lives") / "fresh"
    folder.mkdir()
    write_video(folder.parent / "film.mp4", draw_clip(6).frames)
    around = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "studio.settings",
        "STUDIO_DATA": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'studio.sqlite3'}",
    }
    subprocess.run([sys.executable, "-c", PREPARE], cwd=ROOT, env=around, check=True, timeout=120)
    return folder


def test_a_kill_at_any_step_of_a_clips_life_leaves_rows_and_files_that_agree(fresh: Path, record_property):
    (undisturbed,) = lives(fresh, 0)
    steps = undisturbed["steps"]
    assert (undisturbed["status"], undisturbed["said"]) == (0, [])
    assert steps > 100

    places = random.Random(3).sample(range(1, steps + 1), min(KILLS, steps))
    killed = lives(fresh, *places)

    assert {life["status"] for life in killed} == {-signal.SIGKILL}
    assert {life["place"]: life["said"] for life in killed} == {place: [] for place in places}
    record_property("tried", len(places))
    record_property("figure", f"0 differences after {len(places)} kills at {steps} steps")
