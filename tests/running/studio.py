"""The whole studio as `manage.py up` starts it, for tests that need all of it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.request import HTTPCookieProcessor, Request, build_opener

import msgpack

ROOT = Path(__file__).parents[2]
STARTED_WITHIN_S = 180.0  # a first start builds the page


@dataclass
class RunningStudio:
    """A studio that somebody started: its address, its link, its folder, its launcher."""

    address: str
    link: str
    data: Path
    launcher: subprocess.Popen[str]


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def start_studio(data: Path, **settings: str) -> RunningStudio:
    """What `make run` does, on a folder and a port of its own; settings are put into the environment."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("STUDIO_", "DJANGO_"))}
    environment.pop("REDIS_URL", None)
    environment.pop("DATABASE_URL", None)
    environment.update(settings)
    launcher = subprocess.Popen(
        [sys.executable, "manage.py", "up", "--no-browser", "--port", "0", "--data", str(data)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=_hear_interrupts,
    )
    assert launcher.stdout is not None
    said = ""
    until = time.monotonic() + STARTED_WITHIN_S
    while time.monotonic() < until:
        line = launcher.stdout.readline()
        said += line
        if not line:
            break
        if found := re.search(r"(http://\S+)/link/\S+", line):
            return RunningStudio(found[1], found[0], data, launcher)
    launcher.kill()
    raise AssertionError(f"the studio did not start:\n{said}")


def _hear_interrupts() -> None:
    """A shell that runs the tests in the background has them ignore SIGINT, and the studio inherits that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def stop_studio(studio: RunningStudio) -> None:
    """Ctrl-C."""
    studio.launcher.send_signal(signal.SIGINT)
    studio.launcher.wait(timeout=40)
    if studio.launcher.stdout is not None:
        studio.launcher.stdout.close()


def processes_of(studio: RunningStudio) -> dict[int, str]:
    """Every living process that belongs to this studio, by the data folder in its environment: number, command line."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            mine = f"STUDIO_DATA={studio.data}".encode() in (folder / "environ").read_bytes().split(b"\0")
            zombie = (folder / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue  # ended meanwhile, or not ours to see
        if mine and not zombie and int(folder.name) != studio.launcher.pid:
            found[int(folder.name)] = command
    return found


def pool_process(studio: RunningStudio) -> int | None:
    """The process that tracks: the child of the gpu worker."""
    for number, command in processes_of(studio).items():
        if "-Q gpu" not in command:
            continue
        try:
            parent = int(Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent != studio.launcher.pid:
            return number
    return None


@contextmanager
def more_gpu_workers(studio: RunningStudio, number: int) -> Iterator[None]:
    """Gpu workers beside the one that the launcher starts, as where there are more cards; their logs lie by its own."""
    web = next(process for process, command in processes_of(studio).items() if "studio.launch.web" in command)
    told = Path(f"/proc/{web}/environ").read_text().split("\0")
    around = dict(line.split("=", 1) for line in told if "=" in line)
    started = []
    for index in range(2, number + 2):
        worker = [sys.executable, "-m", "celery", "-A", "studio.worker", "worker", "--loglevel", "INFO", "-Q", "gpu"]
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        with (studio.data / "logs" / f"gpu-{index}.log").open("wb") as log:
            command = [*worker, "-c", "1", "-n", f"gpu-{index}@%h", *quiet]
            started.append(subprocess.Popen(command, cwd=ROOT, env=around, stdout=log, stderr=log))
    try:
        yield
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(timeout=40)


class Visitor:
    """Somebody who used the link: their session, and a token for programs."""

    def __init__(self, studio: RunningStudio) -> None:
        self.address = studio.address
        self._cookies = CookieJar()
        self._opener = build_opener(HTTPCookieProcessor(self._cookies))
        self._opener.open(studio.link).read()
        self._post(studio.link.removeprefix(studio.address), b"")
        self.token = json.loads(self._post("/api/tokens", b'{"name": "test"}'))["token"]

    def get(self, path: str) -> bytes:
        return bytes(self._opener.open(self.address + path).read())

    def scene(self, video: str) -> dict[str, Any]:
        return dict(json.loads(self.get(f"/api/videos/{video}/scene")))

    def masks(self, video: str, frames: int) -> list[tuple[int, str, bytes]]:
        """Frame, subject and run lengths of every mask there is."""
        answer = msgpack.unpackb(self.get(f"/api/videos/{video}/masks?first=0&last={frames - 1}"))
        return [(item["frame"], item["subject"], item["counts"]) for item in answer["masks"]]

    def upload(self, film: Path) -> str:
        """Send a film with the project's own client; the clip's id when it is ready."""
        video = self.client("upload", str(film)).strip().splitlines()[-1].split()[0]
        return video

    def put_box(self, video: str, box: list[float]) -> None:
        """A new object with a box on frame 0."""
        subject = json.loads(self._post(f"/api/videos/{video}/subjects", b"{}"))["id"]
        self._post(f"/api/subjects/{subject}/prompts/0", json.dumps({"box": box}).encode(), "PUT")

    def track_again(self, video: str) -> None:
        """Press Track once more."""
        self._post(f"/api/videos/{video}/runs", b"{}")

    def recolor(self, video: str, color: str) -> None:
        """Give the clip's first object another colour."""
        subject = self.scene(video)["subjects"][0]["id"]
        self._post(f"/api/subjects/{subject}", json.dumps({"color": color}).encode(), "PATCH")

    def cookies(self) -> list[dict[str, Any]]:
        """As a browser takes them."""
        return [{"name": cookie.name, "value": cookie.value, "url": self.address} for cookie in self._cookies]

    def client(self, *arguments: str) -> str:
        """What `python -m studio.client` says."""
        done = subprocess.run(
            [sys.executable, "-m", "studio.client", *arguments, "--server", self.address, "--token", self.token],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _post(self, path: str, body: bytes, method: str = "POST") -> bytes:
        proof = next(cookie.value for cookie in self._cookies if cookie.name == "csrftoken")
        headers = {"X-CSRFToken": str(proof), "Content-Type": "application/json", "Referer": self.address}
        return bytes(self._opener.open(Request(self.address + path, body, headers, method=method)).read())
