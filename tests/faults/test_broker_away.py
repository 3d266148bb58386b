"""J9: a broker that is stopped while jobs wait loses none of them, though it kept nothing."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from drawn.clips import draw_clip, write_video
from faults.sizes import sized
from studio.launch.broker import server_program
from studio.launch.ports import free_port

ROOT = Path(__file__).parents[2]
JOBS = sized(2, 20)
AWAY_S = sized(5, 60)
WORKER = ("celery", "-A", "studio.worker", "worker", "-Q", "media", "-c", "1")
PREPARE = """
import django
django.setup()
from django.contrib.auth.models import User
from django.core.management import call_command
call_command("migrate", verbosity=0)
User.objects.create_user("ann")
"""
SEND = """
import sys
from pathlib import Path
import django
django.setup()
from django.contrib.auth.models import User
from studio.library import uploads
data = Path(sys.argv[1]).read_bytes()
for _ in range(int(sys.argv[2])):
    upload = uploads.create(User.objects.get(), len(data), "a.mp4")
    uploads.append(upload, 0, [data])
    uploads.finish(upload)
"""


def broker(port: int) -> subprocess.Popen[bytes]:
    """One that keeps nothing: what it knew is lost when it stops."""
    command = [str(server_program()), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


def states(database: Path) -> list[str]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=20)) as rows:
        return [state for (state,) in rows.execute("SELECT state FROM jobs_job")]


def test_a_broker_that_is_stopped_loses_no_job(tmp_path: Path, record_property):
    film = write_video(tmp_path / "film.mp4", draw_clip(6).frames)
    data, port = tmp_path / "data", free_port()
    data.mkdir()
    around = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "studio.settings",
        "STUDIO_DATA": str(data),
        "DATABASE_URL": f"sqlite:///{data / 'studio.sqlite3'}",
        "REDIS_URL": f"redis://127.0.0.1:{port}",
    }

    def run(script: str, *arguments: str) -> None:
        subprocess.run([sys.executable, "-c", script, *arguments], cwd=ROOT, env=around, check=True, timeout=300)

    run(PREPARE)
    valkey = broker(port)
    with (tmp_path / "log").open("wb") as log:
        others = [
            subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, env=around, stdout=log, stderr=log)
            for command in (WORKER, ("studio.launch.reaper",))
        ]
        try:
            run(SEND, str(film), "1")
            valkey.kill()
            valkey.wait()
            began = time.monotonic()
            run(SEND, str(film), str(JOBS))
            time.sleep(max(0.0, AWAY_S - (time.monotonic() - began)))
            valkey, back = broker(port), time.monotonic()

            while set(states(data / "studio.sqlite3")) != {"done"}:
                assert time.monotonic() - back < 120 + 20 * JOBS, (tmp_path / "log").read_text()[-4000:]
                time.sleep(0.2)
            took = time.monotonic() - back
        finally:
            for process in others:
                process.terminate()
            for process in others:
                process.wait(timeout=60)
            valkey.terminate()
            valkey.wait(timeout=20)

    assert len(states(data / "studio.sqlite3")) == JOBS + 1
    record_property("tried", JOBS + 1)
    record_property("figure", f"0 of {JOBS + 1} jobs lost in {AWAY_S} s without a broker, done {took:.0f} s later")
