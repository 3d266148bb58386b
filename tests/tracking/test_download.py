"""Downloads from a real server on this machine that knows ranges, or not, and may hang up in the middle."""

import hashlib
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tracking.download import fetch
from tracking.errors import ChecksumMismatch, DownloadFailed

CONTENT = bytes(range(256)) * 4000
SUM = hashlib.sha256(CONTENT).hexdigest()


class Publisher(ThreadingHTTPServer):
    """Serves CONTENT at any path."""

    ranges = True
    hang_up_after: int | None = None  # bytes of the next answer
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.asked: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/weights.pth"


class Answer(BaseHTTPRequestHandler):
    server: Publisher

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.server.asked.append(wanted)
        if self.path == "/missing":
            self.send_error(404)
            return
        first = 0
        if wanted and self.server.ranges:
            match = re.fullmatch(r"bytes=(\d+)-", wanted)
            assert match
            first = int(match[1])
            if first >= len(CONTENT):
                self.send_error(416)
                return
        self.send_response(206 if first else 200)
        self.send_header("Content-Length", str(len(CONTENT) - first))
        self.end_headers()
        body = CONTENT[first:]
        if self.server.hang_up_after is not None:
            body, self.server.hang_up_after = body[: self.server.hang_up_after], None
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing in a test's output."""


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with Publisher() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_file_arrives_whole_and_its_progress_is_told(publisher: Publisher, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []

    def tell(have: int, total: int | None) -> None:
        told.append((have, total))

    digest = fetch(publisher.url, tmp_path / "w", sha256=SUM, size=len(CONTENT), progress=tell)
    assert digest == SUM and (tmp_path / "w").read_bytes() == CONTENT
    assert told[-1] == (len(CONTENT), len(CONTENT)) and told == sorted(told)
    assert not (tmp_path / "w.part").exists()


def test_a_broken_download_goes_on_where_it_stopped(publisher: Publisher, tmp_path: Path) -> None:
    publisher.hang_up_after = 300_000
    with pytest.raises(DownloadFailed, match=r"ended after 300,000 of 1,024,000 bytes"):
        fetch(publisher.url, tmp_path / "w", sha256=SUM, size=None)
    assert not (tmp_path / "w").exists()
    fetch(publisher.url, tmp_path / "w", sha256=SUM, size=None)
    assert publisher.asked == [None, "bytes=300000-"]
    assert (tmp_path / "w").read_bytes() == CONTENT


def test_a_server_without_ranges_is_read_from_the_start(publisher: Publisher, tmp_path: Path) -> None:
    publisher.ranges = False
    (tmp_path / "w.part").write_bytes(CONTENT[:1000])
    fetch(publisher.url, tmp_path / "w", sha256=SUM, size=len(CONTENT))
    assert (tmp_path / "w").read_bytes() == CONTENT


def test_a_part_that_is_already_whole_is_only_verified(publisher: Publisher, tmp_path: Path) -> None:
    (tmp_path / "w.part").write_bytes(CONTENT)
    fetch(publisher.url, tmp_path / "w", sha256=SUM, size=None)  # the server answers 416: there is no more
    assert (tmp_path / "w").read_bytes() == CONTENT


@pytest.mark.parametrize("resumed", [False, True])
def test_a_file_with_another_sum_is_deleted_unopened(publisher: Publisher, tmp_path: Path, resumed: bool) -> None:
    if resumed:
        (tmp_path / "w.part").write_bytes(b"x" * 1000)  # somebody else's beginning
    with pytest.raises(ChecksumMismatch, match="deleted unopened"):
        fetch(publisher.url, tmp_path / "w", sha256=SUM if resumed else "0" * 64, size=None)
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_another_size_never_appears(publisher: Publisher, tmp_path: Path) -> None:
    with pytest.raises(ChecksumMismatch, match="more than the 1,000 bytes"):
        fetch(publisher.url, tmp_path / "w", sha256=None, size=1000)
    assert list(tmp_path.iterdir()) == []


def test_no_server_and_no_file_are_one_sentence(publisher: Publisher, tmp_path: Path) -> None:
    with pytest.raises(DownloadFailed, match="answered 404"):
        fetch(publisher.url.replace("weights.pth", "missing"), tmp_path / "w", sha256=None, size=None)
    with pytest.raises(DownloadFailed, match="cannot be reached"):
        fetch("http://127.0.0.1:9/w", tmp_path / "w", sha256=None, size=None)
    with pytest.raises(DownloadFailed, match="not an http address"):
        fetch("file:///etc/passwd", tmp_path / "w", sha256=None, size=None)
