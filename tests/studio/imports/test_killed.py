"""A worker that is killed while it writes an import leaves nothing of it, or all of it, and the next one all of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]


def written(folder: Path, mode: str, *places: int) -> list[dict[str, Any]]:
    command = [sys.executable, str(Path(__file__).with_name("writing.py")), str(folder), mode, *map(str, places)]
    around = {**os.environ, "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(command, cwd=ROOT, env=around, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"place"')]


@pytest.mark.parametrize(
    ("mode", "before", "after"),
    [("add", [1, 5, 0, 0, False], [4, 125, 120, 1, True]), ("replace", [1, 5, 0, 0, False], [3, 120, 120, 1, True])],
)
def test_a_kill_at_any_commit_leaves_nothing_half_imported(
    tmp_path: Path, mode: str, before: list[object], after: list[object]
):
    (undisturbed,) = written(tmp_path / "whole", mode, 0)
    steps = undisturbed["steps"]
    assert (undisturbed["status"], undisturbed["left"], undisturbed["mended"]) == (0, after, after)
    assert steps > 2 * 5  # masks came in five parts

    killed = written(tmp_path / "killed", mode, *range(1, steps + 1))

    assert {life["status"] for life in killed} == {-signal.SIGKILL}
    assert all(life["left"] in (before, after) for life in killed)
    assert [life["left"] for life in killed].count(before) > 2 * 5
    assert all((life["mended"], life["prepared"]) == (after, 0) for life in killed)
