"""What the web process refuses before any view hears of it."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import daphne.server
import pytest
from daphne.cli import CommandLineInterface
from daphne.http_protocol import HTTPFactory

from faults.sizes import sized
from studio.launch.ports import free_port
from studio.launch.web import MOST_BODY_BYTES, main

ROOT = Path(__file__).parents[3]
PIECE = bytes(256 * 1024)
HOSTILE_BYTES = sized(64, 1024) * 1024**2


@dataclass
class Web:
    """A web process of its own."""

    port: int
    pid: int

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def kept_bytes(self) -> int:
        """How much disk its deleted, still open files take: that is where bodies are kept."""
        kept = 0
        for link in Path(f"/proc/{self.pid}/fd").iterdir():
            try:
                if "(deleted)" in os.readlink(link):  # noqa: PTH115  the words matter, not where it leads
                    kept += link.stat().st_size
            except FileNotFoundError:
                continue
        return kept


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    port = free_port()
    command = [sys.executable, "-m", "studio.launch.web", "-b", "127.0.0.1", "-p", str(port), "studio.asgi:application"]
    process = subprocess.Popen(command, cwd=ROOT, env=dict(os.environ), stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            assert process.poll() is None and time.monotonic() < until, "the web process does not start"
            time.sleep(0.05)
    yield Web(port, process.pid)
    process.terminate()
    process.wait(timeout=20)


def poured(web: Web, head: bytes, piece: bytes) -> tuple[bytes, int, int]:
    """Send without end what nobody wants: the answer, bytes sent until it came or the door closed, most disk taken."""
    sent = most_kept = 0
    answer = b""
    with socket.create_connection(("127.0.0.1", web.port), timeout=20) as client:
        client.sendall(head)
        try:
            while sent < HOSTILE_BYTES:
                client.sendall(piece)
                sent += len(piece)
                most_kept = max(most_kept, web.kept_bytes())
                client.settimeout(0.001)
                try:
                    answer += client.recv(4096)
                    break
                except TimeoutError:
                    client.settimeout(20)
        except (BrokenPipeError, ConnectionResetError):
            answer += b""  # the door closed
    return answer, sent, max(most_kept, web.kept_bytes())


HEAD = b"POST %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n"


@pytest.mark.parametrize("address", [b"/", b"/nowhere", b"/uploads/", b"/api/tokens", b"/sign-in", b"/admin/login/"])
def test_a_body_that_says_it_is_huge_is_answered_413_and_takes_no_disk(web: Web, address: bytes, record_property):
    head = HEAD % (address, b"Content-Length: %d\r\n" % HOSTILE_BYTES)

    answer, sent, kept = poured(web, head, PIECE)

    assert answer.startswith(b"HTTP/1.1 413 "), (answer[:200], sent)
    told = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert told["code"] == "too-large"
    assert str(MOST_BODY_BYTES) in told["message"]
    assert kept == 0
    record_property("figure", f"{kept / 1024**2:.0f} MiB of disk")


def test_a_body_that_does_not_say_how_large_it_is_is_counted(web: Web, record_property):
    head = HEAD % (b"/nowhere", b"Transfer-Encoding: chunked\r\n")

    answer, sent, kept = poured(web, head, b"%x\r\n%s\r\n" % (len(PIECE), PIECE))

    assert answer.startswith(b"HTTP/1.1 413 "), (answer[:200], sent)
    assert kept <= MOST_BODY_BYTES
    assert sent < HOSTILE_BYTES
    record_property("figure", f"{kept / 1024**2:.0f} MiB of disk")


def test_who_asks_first_is_not_asked_for_the_body(web: Web):
    head = HEAD % (b"/uploads/", b"Expect: 100-continue\r\nContent-Length: %d\r\n" % HOSTILE_BYTES)
    with socket.create_connection(("127.0.0.1", web.port), timeout=20) as client:
        client.sendall(head)
        said = b""
        while piece := client.recv(4096):  # it ends by closing
            said += piece

    assert said.startswith(b"HTTP/1.1 413 ")
    assert b"100 Continue" not in said


def test_a_body_within_the_limit_reaches_its_view(web: Web):
    with closing(web.connect()) as connection:
        for size in (0, 10, MOST_BODY_BYTES):
            connection.request("POST", "/api/nowhere", bytes(size))
            answer = connection.getresponse()
            assert (answer.status, json.loads(answer.read())["code"]) == (404, "not-found")


def test_a_stranger_does_not_move_the_applications_root(web: Web):
    with closing(web.connect()) as connection:
        connection.request("GET", "/account", headers={"Daphne-Root-Path": "/elsewhere"})

        answer = connection.getresponse()
        answer.read()

    assert (answer.status, answer.headers["Location"]) == (302, "/sign-in?next=/account")


@pytest.mark.parametrize(
    ("method", "lines"),
    [
        (b"GET", b"X-A: a\0b"),
        (b"GET", b"X-A: a\nOrigin: http://evil.example"),  # one line for whom \r\n ends it, two for others
        (b"GET", b"X-A: a\rOrigin: http://evil.example"),
        (b"GET", b"Origin : http://evil.example"),
        (b"GET", b"Origin"),
        (b"GET", b": x"),
        (b"GET", b"Ori\tgin: x"),
        (b"GET", b"Ori\0gin: x"),
        (b"GET", b"X-\xe9: x"),
        (b"GET", b"Host: evil.example"),  # a second one
        (b"POST", b"Content-Length: 1\r\nContent-Length: 2"),
        (b"POST", b"Content-Length: 3\r\nTransfer-Encoding: chunked"),
        (b"POST", b"Content-Length: +1"),
    ],
)
def test_headers_that_two_programs_would_read_in_two_ways_are_refused(web: Web, method: bytes, lines: bytes):
    with socket.create_connection(("127.0.0.1", web.port), timeout=20) as client:
        client.sendall(b"%s /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s\r\n\r\n" % (method, lines))
        said = b""
        while piece := client.recv(4096):
            said += piece

    assert said.startswith(b"HTTP/1.1 400 ")
    assert said.count(b"HTTP/1.1 ") == 1  # and nothing of it is taken for a second request


def test_a_socket_has_time_to_open_on_a_busy_machine(monkeypatch: pytest.MonkeyPatch):
    """Daphne's five seconds were over before ten pages were heard, on two cores with fifteen times as much to do."""
    given: dict[str, object] = {}

    class Noted:
        abort_start = False  # of Daphne's server: whether it could not begin

        def __init__(self, **options: object) -> None:
            given.update(options)

        def run(self) -> None:
            return

    monkeypatch.setattr(daphne.server, "HTTPFactory", HTTPFactory)  # main puts its own there
    monkeypatch.setattr(CommandLineInterface, "server_class", Noted)

    main(["-p", "0", "studio.asgi:application"])
    asked = dict(given)
    main(["-p", "0", "--websocket_connect_timeout", "7", "studio.asgi:application"])

    assert (asked["websocket_connect_timeout"], asked["websocket_handshake_timeout"]) == (30, 30)
    assert given["websocket_connect_timeout"] == 7
