"""A real studio on a port of its own: Daphne, and a worker that does each job as it comes."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

PREPARE = """
import django
django.setup()
from django.contrib.auth.models import User
from django.core.management import call_command
from studio.accounts.tokens import make_token
call_command("migrate", verbosity=0)
print(make_token(User.objects.create_user("ann"), "client")[1])
"""
WORK = """
import time
import django
django.setup()
from studio.exports.tasks import export
from studio.imports.tasks import import_file
from studio.jobs.models import Job
from studio.library.tasks import ingest
from studio.runs.tasks import run
TASKS = {"ingest": ingest, "run": run, "export": export, "import": import_file}
while True:
    for job in Job.objects.filter(state="queued"):
        TASKS[job.kind](str(job.id))
    time.sleep(0.1)
"""


@dataclass
class Studio:
    url: str
    token: str
    around: dict[str, str]
    folder: Path

    def client(self, *arguments: str, **around: str) -> subprocess.CompletedProcess[str]:
        """The client as a person starts it."""
        said = {"STUDIO_SERVER": self.url, "STUDIO_TOKEN": self.token, "XDG_CACHE_HOME": str(self.folder / "cache")}
        command = [sys.executable, "-m", "studio.client", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env={**self.around, **said, **around}, capture_output=True, text=True, timeout=120
        )


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    folder = tmp_path_factory.mktemp("studio")
    (folder / "static").mkdir()
    around = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "studio.settings",
        "STUDIO_DATA": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'studio.sqlite3'}",
        "REDIS_URL": "redis://127.0.0.1:1",  # nobody there: hints are lost, jobs are not
    }
    token = subprocess.run(
        [sys.executable, "-c", PREPARE], cwd=ROOT, env=around, check=True, capture_output=True, text=True, timeout=120
    ).stdout.strip()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    daphne = [sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "studio.asgi:application"]
    with (folder / "log").open("w") as log:
        running = [
            subprocess.Popen(command, cwd=ROOT, env=around, stdout=log, stderr=log)
            for command in (daphne, [sys.executable, "-c", WORK])
        ]
        try:
            _wait(lambda: _answers(port), folder / "log")
            yield Studio(f"http://127.0.0.1:{port}", token, around, folder)
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait(timeout=20)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _wait(there: Callable[[], bool], log: Path) -> None:
    until = time.monotonic() + 60
    while not there():
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.1)
