"""Starting the whole studio, and the end of all of it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import pytest

from running.studio import ROOT, processes_of, start_studio, stop_studio

pytestmark = [
    pytest.mark.whole,
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc"),
]


def wait_until(what: Callable[[], bool], seconds: float = 30.0) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def test_ctrl_c_stops_all_of_it_and_a_second_start_finds_everything_again(tmp_path):
    first = start_studio(tmp_path / "data")
    kinds = ("valkey-server", "studio.launch.web", "-Q gpu", "-Q media", "studio.launch.reaper")
    commands = " ".join(processes_of(first).values())
    assert [kind for kind in kinds if kind not in commands] == []
    assert json.loads(urlopen(f"{first.address}/healthz").read())["ok"] is True

    again = subprocess.run(
        [sys.executable, "manage.py", "up", "--no-browser", "--data", str(first.data)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert again.returncode == 2
    assert f"is running on {first.data} already, at {first.address}" in again.stderr

    stop_studio(first)
    assert first.launcher.returncode == 0
    wait_until(lambda: processes_of(first) == {})

    second = start_studio(tmp_path / "data")
    assert second.link != first.link
    stop_studio(second)


def test_a_launcher_killed_with_minus_nine_leaves_nothing_behind(tmp_path):
    studio = start_studio(tmp_path / "data")
    assert len(processes_of(studio)) >= 6

    studio.launcher.kill()
    studio.launcher.wait()

    wait_until(lambda: processes_of(studio) == {})
    studio.launcher.stdout.close()


def test_a_port_in_use_is_a_sentence_and_nothing_is_started(tmp_path):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]

        refused = subprocess.run(
            [sys.executable, "manage.py", "up", "--no-browser", "--port", str(port), "--data", str(tmp_path / "data")],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
        )

    assert refused.returncode == 2
    assert f"Port {port} of 127.0.0.1 is in use" in refused.stderr
