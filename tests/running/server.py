"""The studio as on a server: PostgreSQL, Redis, a bucket, two web processes, three workers, no folder but for uploads.

Every process has a data folder of its own, as if each ran on a machine of its own; they share the staging folder only.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.request import urlopen

from running.bucket import own_bucket
from running.proxy import proxy, there_is_a_proxy
from running.services import own_database, redis
from running.studio import ROOT, RunningStudio, free_port

STARTED_WITHIN_S = 240.0
PROCESSES = {  # name: `python -m` this
    "web-1": ("studio.launch.web",),
    "web-2": ("studio.launch.web",),
    "gpu": ("celery", "-A", "studio.worker", "worker", "-Q", "gpu", "-c", "1", "-n", "gpu@%h"),
    "media-1": ("celery", "-A", "studio.worker", "worker", "-Q", "media", "-c", "1", "-n", "media-1@%h"),
    "media-2": ("celery", "-A", "studio.worker", "worker", "-Q", "media", "-c", "1", "-n", "media-2@%h"),
    "reaper": ("studio.launch.reaper",),
}


class ServedStudio(RunningStudio):
    """A studio on services; `addresses` are those of its web processes, its link is made by link_for."""

    addresses: tuple[str, ...]
    environment: dict[str, str]

    def link_for(self, name: str) -> str:
        """A link that signs this person in, whose account is made where there is none."""
        return self.address + _operator(self.environment, "sign_in_link", name, "--make").strip().splitlines()[-1]


@contextmanager
def served_studio(folder: Path) -> Iterator[ServedStudio]:
    """Start all of it, and end all of it; skips where a service is missing."""
    with ExitStack() as stack:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("STUDIO_", "DJANGO_"))}
        environment |= {
            "DATABASE_URL": stack.enter_context(own_database()),
            "REDIS_URL": redis(),
            **stack.enter_context(own_bucket()),
            **({"STUDIO_X_ACCEL": "/_files/"} if there_is_a_proxy() else {}),
            "STUDIO_STAGING": str(folder / "staging"),
            "STUDIO_SECRET_KEY": "of-this-test-alone-0123456789abcdef",
            "STUDIO_DATA": str(folder / "operator"),
            "PYTHONUNBUFFERED": "1",
            "REMAP_SIGTERM": "SIGQUIT",
        }
        _operator(environment, "page")
        _operator(environment, "migrate", "--verbosity", "0")
        ports = {name: free_port() for name in PROCESSES if name.startswith("web")}
        started = []
        for name, module in PROCESSES.items():
            data = folder / name
            (data / "static").mkdir(parents=True)
            arguments = ["-b", "127.0.0.1", "-p", str(ports[name]), "studio.asgi:application"] if name in ports else []
            log = stack.enter_context((folder / f"{name}.log").open("wb"))
            process = subprocess.Popen(
                [sys.executable, "-m", *module, *arguments],
                cwd=ROOT,
                env={**environment, "STUDIO_DATA": str(data)},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            stack.callback(_end, process)
            started.append(process)
        webs = [f"127.0.0.1:{port}" for port in ports.values()]
        addresses = tuple(f"http://127.0.0.1:{port}" for port in ports.values())
        for address, process in zip(addresses, started, strict=False):
            _wait_until_up(address, process, folder)
        front = stack.enter_context(proxy(folder / "proxy", webs, environment["STUDIO_S3_ENDPOINT"])) or addresses[0]
        studio = ServedStudio(front, "", folder, started[0])
        studio.addresses, studio.environment = addresses, environment
        yield studio


def _operator(environment: dict[str, str], *command: str) -> str:
    """What manage.py says."""
    done = subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=400
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _wait_until_up(address: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    until = time.monotonic() + STARTED_WITHIN_S
    while True:
        try:
            with urlopen(f"{address}/healthz", timeout=30):
                return
        except OSError as fault:  # not up yet, or slow to come up on a busy machine
            said = (folder / "web-1.log").read_text()[-2000:]
            assert process.poll() is None and time.monotonic() < until, f"{fault}: {said}"
            time.sleep(0.2)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=10)
