"""Starting the whole studio on this machine, in order, and staying with it until somebody stops it."""

from __future__ import annotations

import fcntl
import json
import os
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connections

from studio.accounts.links import ADDRESS, make_link
from studio.env import LOCAL_HOSTS
from studio.launch.broker import plan_broker, wait_for_broker
from studio.launch.children import Child, Children
from studio.launch.page import build_page
from studio.launch.ports import choose_port

LOCAL_ACCOUNT = "local"
STARTED_WITHIN_S = 60.0
WATCH_EVERY_S = 0.5
MEDIA_PROCESSES = 2  # an export and an ingest side by side
SOCKET_MESSAGE_BYTES = 64 * 1024


class AlreadyUp(Exception):
    """Raised when a studio is running on this data folder."""

    code = "already-up"


class NotUp(Exception):
    """Raised when the web process does not answer in time, or the address is not allowed."""

    code = "not-up"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asked for."""

    host: str = "127.0.0.1"
    port: int | None = None  # None: the first free one from 8000 on; 0: any
    browser: bool = True


def run_studio(wishes: Wishes, say: Callable[[str], None]) -> None:
    """Start everything, say the address, and return when stopped by KeyboardInterrupt; nothing stays behind.

    Raises AlreadyUp, NotUp, PortTaken, NoBroker, PageNotBuilt or KeepsDying, each a sentence.
    """
    data: Path = settings.STUDIO_DATA
    _check_host(wishes.host)
    with _only_one(data):
        settings.STATIC_ROOT.mkdir(exist_ok=True)  # whitenoise warns where it is missing
        build_page(settings.BASE_DIR / "frontend", say)
        port = choose_port(wishes.host, wishes.port)
        call_command("migrate", verbosity=0, interactive=False)
        owner, made = User.objects.get_or_create(
            username=LOCAL_ACCOUNT, defaults={"is_staff": True, "is_superuser": True}
        )
        if made:
            owner.set_unusable_password()  # it signs in by link until it chooses one
            owner.save()
        logs = data / "logs"
        environment = _environment()
        with Children(say) as children:
            if "REDIS_URL" not in os.environ:
                broker = plan_broker(data / "broker")
                environment["REDIS_URL"] = broker.url
                children.start(Child("broker", broker.command, logs / "broker.log", environment, broker.configuration))
                wait_for_broker(broker.port)
            for name, arguments in _programs(wishes.host, port).items():
                command = (sys.executable, "-m", *arguments)
                children.start(Child(name, command, logs / f"{name}.log", environment))
            address = f"http://{_as_name(wishes.host)}:{port}"
            _wait_until_up(f"http://{_as_number(wishes.host)}:{port}", children)
            link = f"{address}/{ADDRESS}{make_link(owner)}"
            connections.close_all()
            _write_address(data, address)
            say(f"The studio is at {address}")
            say(f"Sign in (good once, for ten minutes): {link}")
            say(f"Data: {data}   Logs: {logs}   Stop: Ctrl-C")
            if wishes.browser:
                webbrowser.open(link)
            try:
                while True:
                    time.sleep(WATCH_EVERY_S)
                    children.watch()
            except KeyboardInterrupt:
                say("Stopping")


def _programs(host: str, port: int) -> dict[str, tuple[str, ...]]:
    """What runs beside the broker: `python -m` each of these."""
    worker = ("celery", "-A", "studio.worker", "worker", "--loglevel", "INFO")
    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    limit = str(SOCKET_MESSAGE_BYTES)
    return {
        "web": (
            *(
                "studio.launch.web",
                "-b",
                host,
                "-p",
                str(port),
                "-v",
                "1",
                "--access-log",
                os.devnull,
                "--no-server-name",
            ),
            *("--websocket-max-message-size", limit, "--websocket-max-frame-size", limit),
            *("--application-close-timeout", "5", "studio.asgi:application"),
        ),
        "gpu": (*worker, "-Q", "gpu", "-c", "1", "-n", "gpu@%h", *quiet),
        "media": (*worker, "-Q", "media", "-c", str(MEDIA_PROCESSES), "-n", "media@%h", *quiet),
        "reaper": ("studio.launch.reaper",),
    }


def _environment() -> dict[str, str]:
    return {
        **os.environ,
        "STUDIO_DATA": str(settings.STUDIO_DATA),
        "PYTHONUNBUFFERED": "1",
        "REMAP_SIGTERM": "SIGQUIT",  # Celery's switch: a stopped worker gives its jobs back
    }


def _check_host(host: str) -> None:
    """The studio answers only to names it was told of; listening to the world takes a word from its operator."""
    local = {name.strip("[]") for name in LOCAL_HOSTS}
    if host not in local and all(name in LOCAL_HOSTS for name in settings.ALLOWED_HOSTS):
        raise NotUp(
            f"--host {host} opens the studio to others: set STUDIO_HOSTS to the names they will use, "
            "and STUDIO_SECRET_KEY to a secret of at least 32 characters."
        )


@contextmanager
def _only_one(data: Path) -> Iterator[None]:
    """Hold the data folder: two launchers on one folder would start two of everything."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "up.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            where = _known_address(data)
            raise AlreadyUp(f"A studio is running on {data} already{where}.") from fault
        try:
            yield
        finally:
            (data / "address.json").unlink(missing_ok=True)


def _write_address(data: Path, address: str) -> None:
    (data / "address.json").write_text(json.dumps({"address": address, "pid": os.getpid()}))


def _known_address(data: Path) -> str:
    try:
        told: Mapping[str, object] = json.loads((data / "address.json").read_text())
    except (OSError, ValueError):
        return ""
    return f", at {told.get('address')}"


def _wait_until_up(address: str, children: Children) -> None:
    until = time.monotonic() + STARTED_WITHIN_S
    while True:
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=2):  # noqa: S310  our own address
                return
        except urllib.error.HTTPError as fault:
            if fault.code != 503 or time.monotonic() > until:
                raise NotUp(f"The web process answers {fault.code} at {address}/healthz.") from fault
        except OSError as fault:
            if time.monotonic() > until:
                raise NotUp(f"The web process did not answer within {STARTED_WITHIN_S:.0f} s.") from fault
        children.watch()
        time.sleep(0.05)


def _as_number(host: str) -> str:
    """Where this machine reaches a host it listens on."""
    if host in ("0.0.0.0", ""):  # noqa: S104  asked, not bound
        return "127.0.0.1"
    if host == "::":
        return "[::1]"
    return f"[{host}]" if ":" in host else host


def _as_name(host: str) -> str:
    """The name a browser on this machine should use: the first that the studio answers to."""
    if host in ("0.0.0.0", "", "::"):  # noqa: S104
        return str(settings.ALLOWED_HOSTS[0])
    return _as_number(host)
