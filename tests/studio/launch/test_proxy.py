"""The deployment's nginx, where there is one: what it passes on, what it reads from the bucket, what it refuses."""

from __future__ import annotations

import http.client
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from running.bucket import own_bucket
from running.proxy import proxy, there_is_a_proxy
from studio.library.bucket import BucketStore, connect
from studio.library.cache import Cache

CONTENT = bytes(range(256)) * 40


class Web(BaseHTTPRequestHandler):
    """Answers as the studio does: /film with the place of a file, all else with the headers it was sent."""

    inner = ""

    def do_GET(self) -> None:
        self.send_response(200)
        if self.path == "/film":
            self.send_header("X-Accel-Redirect", f"/_files/{self.inner}")
            self.send_header("Content-Type", "video/mp4")
            self.send_header("Cache-Control", "private, max-age=86400, immutable")
        body = str(self.headers).encode()
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not there_is_a_proxy():
        sentence = "no nginx on this machine: install one (apt-get install nginx-light) to test the proxy"
        pytest.fail(sentence) if os.environ.get("CI") else pytest.skip(sentence)
    folder = tmp_path_factory.mktemp("proxy")
    with own_bucket() as names, ThreadingHTTPServer(("127.0.0.1", 0), Web) as web:
        endpoint = names["STUDIO_S3_ENDPOINT"]
        client = connect(endpoint, names["STUDIO_S3_REGION"], names["STUDIO_S3_KEY_ID"], names["STUDIO_S3_SECRET"])
        store = BucketStore(client, names["STUDIO_S3_BUCKET"], Cache(folder / "cache", 1))
        (folder / "film").write_bytes(CONTENT)
        store.send(folder / "film", "videos/a/film.mp4")
        Web.inner = store.inner_address("videos/a/film.mp4", content_type="video/mp4", disposition="inline")
        threading.Thread(target=web.serve_forever, daemon=True).start()
        with proxy(folder / "nginx", [f"127.0.0.1:{web.server_address[1]}"], endpoint) as address:
            assert address is not None
            yield address
        web.shutdown()


def ask(front: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
    connection = http.client.HTTPConnection(urlsplit(front).netloc, timeout=20)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request("GET" if body is None else "POST", path, body, named)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def test_a_film_comes_from_the_bucket_in_ranges_with_what_a_browser_must_know(front: str):
    status, headers, content = ask(front, "/film", Range="bytes=100-109")

    assert (status, content) == (206, CONTENT[100:110])
    assert headers["Content-Range"] == f"bytes 100-109/{len(CONTENT)}"
    assert (headers["Content-Type"], headers["X-Content-Type-Options"]) == ("video/mp4", "nosniff")
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["Cache-Control"] == "private, max-age=86400, immutable"
    assert "X-Accel-Redirect" not in headers


def test_nobody_reaches_the_bucket_by_asking_for_it(front: str):
    assert ask(front, f"/_files/{Web.inner}")[0] == 404


def test_a_body_that_is_too_large_is_refused_and_headers_that_lie_are_replaced(front: str):
    assert ask(front, "/uploads/", bytes(9 * 1024**2 + 1))[0] == 413

    _, _, told = ask(front, "/", X_Forwarded_Host="evil.example", Daphne_Root_Path="/evil", X_Forwarded_For="1.2.3.4")

    lines = told.decode().splitlines()
    assert "X-Forwarded-For: 1.2.3.4, 127.0.0.1" in lines  # the last is the one that counts
    assert "evil" not in told.decode()
