"""O1: the code before the newest migration and this code side by side, while the migration runs."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import pytest

from drawn.clips import draw_clip, write_video
from faults.sizes import sized
from running.services import own_database
from studio.launch.broker import server_program
from studio.launch.ports import free_port

pytestmark = [
    pytest.mark.whole,
    pytest.mark.skipif(shutil.which("git") is None, reason="takes the older code from git"),
]

ROOT = Path(__file__).parents[2]
FRAMES = 200
RATE = sized(50, 200)  # reads a second wanted, over both web processes
READERS = 4
SAMPLE = "/api/videos/sample"
TOKEN = """
import django
django.setup()
from django.contrib.auth.models import User
from studio.accounts.tokens import make_token
print(make_token(User.objects.create_user("ann"), "test")[1])
"""


def code_before(folder: Path) -> Path:
    """The tree of the commit before the newest migration; skips where history does not go back so far."""

    def git(*arguments: str) -> bytes:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True)
        if done.returncode:
            pytest.skip(f"git {arguments[0]}: {done.stderr.decode().strip()}")
        return done.stdout

    newest = git("log", "-1", "--format=%H", "--diff-filter=A", "--", "studio/*/migrations/*.py").decode().strip()
    with tarfile.open(fileobj=BytesIO(git("archive", f"{newest}~1"))) as tree:
        tree.extractall(folder, filter="data")
    # the older code may not have kept what a run began with (tests/studio/runs/test_kept.py); the code is tried
    shutil.copytree(ROOT / "weights", folder / "weights", dirs_exist_ok=True)
    return folder


@dataclass
class Server:
    """Everything of a studio that a deploy touches, in two versions, on one database."""

    around: dict[str, str]
    log: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, code: Path, *module: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *module],
                cwd=code,
                env={**self.around, "PYTHONPATH": str(code)},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.running.append(process)
        return process

    def start_web(self, code: Path) -> int:
        port = free_port()
        self.start(code, "studio.launch.web", "-b", "127.0.0.1", "-p", str(port), "studio.asgi:application")
        wait_until(lambda: status_of(port, "/healthz") == 200)
        return port

    def start_worker(self, code: Path, queue: str) -> subprocess.Popen[bytes]:
        name = f"{queue}{len(self.running)}@%h"
        quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")
        return self.start(code, "celery", "-A", "studio.worker", "worker", "-Q", queue, "-c", "1", "-n", name, *quiet)

    def manage(self, code: Path, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, *words],
            cwd=code,
            env={**self.around, "PYTHONPATH": str(code)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def client(self, port: int, token: str, *words: str) -> str:
        address = f"http://127.0.0.1:{port}"
        return self.manage(ROOT, "-m", "studio.client", *words, "--server", address, "--token", token)


def status_of(port: int, path: str) -> int:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def wait_until(what: Callable[[], object], seconds: float = 120.0) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


@contextmanager
def a_server(folder: Path) -> Iterator[Server]:
    broker_port = free_port()
    with own_database() as database:
        server = Server(
            {
                **{name: value for name, value in os.environ.items() if not name.startswith(("STUDIO_", "DJANGO_"))},
                "DJANGO_SETTINGS_MODULE": "studio.settings",
                "STUDIO_DATA": str(folder),
                "DATABASE_URL": database,
                "REDIS_URL": f"redis://127.0.0.1:{broker_port}",
                "STUDIO_REQUESTS_A_MINUTE": "0",
                "REMAP_SIGTERM": "SIGQUIT",
            },
            folder / "log",
        )
        broker = subprocess.Popen(
            [str(server_program()), "--port", str(broker_port), "--bind", "127.0.0.1", "--save", ""],
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        server.running.append(broker)
        try:
            yield server
        finally:
            for process in reversed(server.running):
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait(timeout=20)


class Readers:
    """People who read without pause from the web processes that are there, and what they were answered."""

    def __init__(self, token: str, paths: list[str], ports: list[int]) -> None:
        self.ports = ports  # changed while they read
        self.answers: Counter[int] = Counter()
        self.faults: list[str] = []
        self._paths, self._headers = paths, {"Authorization": f"Bearer {token}"}
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._read, args=(number,)) for number in range(READERS)]
        self._began = time.monotonic()

    def __enter__(self) -> Readers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self.rate = sum(self.answers.values()) / (time.monotonic() - self._began)

    def _read(self, number: int) -> None:
        known: dict[int, http.client.HTTPConnection] = {}
        turn, due = number, time.monotonic()
        while not self._stop.is_set():
            port, path = self.ports[turn % len(self.ports)], self._paths[turn % len(self._paths)]
            turn += 1
            connection = known.setdefault(port, http.client.HTTPConnection("127.0.0.1", port, timeout=30))
            try:
                connection.request("GET", path, headers=self._headers)
                answer = connection.getresponse()
                answer.read()
                self.answers[answer.status] += 1
                if answer.status != 200:
                    self.faults.append(f"{path}: {answer.status}")
            except (OSError, http.client.HTTPException) as fault:
                known.pop(port).close()
                self.faults.append(f"{path}: {fault!r}")
            due = max(due + READERS / RATE, time.monotonic() - 1)
            self._stop.wait(max(0.0, due - time.monotonic()))
        for connection in known.values():
            connection.close()


def send(port: int, token: str, method: str, path: str, body: object) -> tuple[int, dict]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection.request(method, path, json.dumps(body), headers)
    answer = connection.getresponse()
    told = json.loads(answer.read())
    connection.close()
    return answer.status, told


def test_old_and_new_code_work_side_by_side_while_the_migration_runs(tmp_path, record_property):
    old, data = code_before(tmp_path / "old"), tmp_path / "data"
    data.mkdir()
    film = write_video(tmp_path / "film.mp4", draw_clip(FRAMES, 320, 240).frames)
    with a_server(data) as server:
        server.manage(old, "manage.py", "migrate", "--verbosity", "0")
        token = server.manage(old, "-c", TOKEN).split()[-1]
        before = server.start_web(old)
        server.start_worker(old, "media")
        tracking = server.start_worker(old, "gpu")
        clip = server.client(before, token, "upload", str(film)).strip().splitlines()[-1].split()[0]
        server.client(before, token, "track", clip, "--box", draw_clip(FRAMES, 320, 240).box(), "--no-wait")
        video = f"/api/videos/{clip}"
        paths = [
            "/api/videos",
            video,
            f"{video}/scene",
            f"{video}/masks?first=0&last=20",
            f"{video}/history",
            "/api/me",
        ]

        def job() -> dict:
            return send(before, token, "GET", f"{video}/scene", None)[1]["runs"][0]["job"]

        wait_until(lambda: job()["done"] > 0)
        with Readers(token, paths, [before]) as readers:
            server.manage(ROOT, "manage.py", "migrate", "--verbosity", "0")
            after = server.start_web(ROOT)
            readers.ports = [before, after]
            server.start(ROOT, "studio.launch.reaper")
            server.start_worker(ROOT, "gpu")
            tracking.send_signal(signal.SIGTERM)  # the older worker gives its run back
            made = [
                send(port, token, "POST", path, body)[0]
                for path, body in ((f"{video}/subjects", {}), (f"{video}/exports", {"format": "csv"}), (SAMPLE, {}))
                for port in (before, after)
            ]
            wait_until(lambda: job()["state"] not in ("queued", "running"))
            ended = job()
            again = send(before, token, "POST", f"{video}/runs", {"last_frame": 9})  # the older page, the newer worker
            wait_until(lambda: job()["state"] not in ("queued", "running"))
            last = job()
            time.sleep(1)
        masks = send(after, token, "GET", f"{video}/scene", None)[1]["lanes"]
        log = server.log.read_text()

    assert made == [201] * 6 and again[0] == 201, (made, again)
    assert (ended["state"], last["state"]) == ("done", "done"), (ended, last)
    assert [row[0] for row in next(iter(masks.values()))] == list(range(FRAMES))
    assert readers.faults == []
    assert "Traceback" not in log, log[log.index("Traceback") :][:2000]
    record_property("tried", readers.answers.total())
    record_property("figure", f"{readers.answers.total()} reads at {readers.rate:.0f} a second, 0 errors")
