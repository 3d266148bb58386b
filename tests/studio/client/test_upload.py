"""An upload goes on where it stopped, whatever stopped it, and the bytes that arrive are the file's."""

from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from drawn.servers import say, serving
from studio.client import upload
from studio.client.errors import Refused
from studio.client.server import Server

CONTENT = bytes(range(256)) * 400


class Tus:
    """The server's half of tus, which drops the connection in the middle of the pieces it is told to."""

    def __init__(self, drop: tuple[int, ...] = ()) -> None:
        self.held = b""
        self.drop, self.pieces, self.begun = set(drop), 0, 0
        self.known = True

    def __call__(self, request: BaseHTTPRequestHandler) -> None:
        assert request.headers["Authorization"] == "Bearer sms_t"
        if request.command == "POST":
            self.begun, self.held, self.known = self.begun + 1, b"", True
            assert request.headers["Upload-Length"] == str(len(CONTENT))
            say(request, 201, {"Location": "/uploads/one", "Upload-Offset": "0"})
        elif not self.known:
            say(request, 404, {}, b'{"code": "not-found", "message": "There is nothing here."}')
        elif request.command == "HEAD":
            say(request, 200, {"Upload-Offset": str(len(self.held))})
        else:
            self._take(request)

    def _take(self, request: BaseHTTPRequestHandler) -> None:
        assert int(request.headers["Upload-Offset"]) == len(self.held)
        self.pieces += 1
        size = int(request.headers["Content-Length"])
        if self.pieces in self.drop:
            self.held += request.rfile.read(size // 3)
            request.close_connection = True
            request.connection.close()
            return
        self.held += request.rfile.read(size)
        headers = {"Upload-Offset": str(len(self.held))}
        if len(self.held) == len(CONTENT):
            headers["Studio-Video"] = "the-clip"
        say(request, 204, headers)


@pytest.fixture
def clip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(upload, "PIECE_BYTES", 30_000)
    (tmp_path / "a.mp4").write_bytes(CONTENT)
    return tmp_path / "a.mp4"


def test_a_file_arrives_in_pieces(clip: Path):
    tus = Tus()
    with serving(tus) as url:
        assert upload.send(Server(url, "sms_t"), clip) == "the-clip"
    assert tus.held == CONTENT
    assert tus.pieces == 4


def test_a_piece_that_is_cut_off_is_gone_on_with_from_what_arrived(clip: Path):
    tus = Tus(drop=(2, 4))
    with serving(tus) as url:
        assert upload.send(Server(url, "sms_t"), clip) == "the-clip"
    assert tus.held == CONTENT
    assert tus.begun == 1


def test_the_next_command_goes_on_with_what_the_last_one_left(clip: Path, monkeypatch: pytest.MonkeyPatch):
    tus = Tus(drop=(3,))
    with serving(tus) as url:
        with monkeypatch.context() as hurried:
            hurried.setattr(upload, "RETRIES", 0)
            with pytest.raises(Refused, match="does not answer"):
                upload.send(Server(url, "sms_t"), clip)
        held = len(tus.held)
        assert 0 < held < len(CONTENT)

        assert upload.send(Server(url, "sms_t"), clip) == "the-clip"

        assert tus.begun == 1
        assert tus.held == CONTENT
        assert upload.send(Server(url, "sms_t"), clip) == "the-clip"  # whole and forgotten: a new one
        assert tus.begun == 2


def test_an_upload_that_the_server_forgot_begins_anew(clip: Path, monkeypatch: pytest.MonkeyPatch):
    tus = Tus(drop=(3,))
    monkeypatch.setattr(upload, "RETRIES", 0)
    with serving(tus) as url:
        with pytest.raises(Refused):
            upload.send(Server(url, "sms_t"), clip)
        tus.known = False

        assert upload.send(Server(url, "sms_t"), clip) == "the-clip"

    assert (tus.begun, tus.held) == (2, CONTENT)


def test_a_refusal_is_the_servers_sentence_and_is_not_tried_again(clip: Path):
    asked = []

    def too_large(request: BaseHTTPRequestHandler) -> None:
        asked.append(request.command)
        say(request, 413, {}, b'{"code": "too-large", "message": "This file has 9 GB, more than 4."}')

    with serving(too_large) as url, pytest.raises(Refused, match="more than 4") as refused:
        upload.send(Server(url, "sms_t"), clip)
    assert (refused.value.code, asked) == ("too-large", ["POST"])


def test_a_file_that_is_not_there_or_empty_is_refused_here(tmp_path: Path):
    (tmp_path / "empty.mp4").touch()
    for name in ("none.mp4", "empty.mp4"):
        with pytest.raises(Refused, match=name):
            upload.send(Server("http://127.0.0.1:1", "t"), tmp_path / name)


def test_the_token_is_sent_to_no_other_server(clip: Path):
    def elsewhere(request: BaseHTTPRequestHandler) -> None:
        say(request, 201, {"Location": "http://127.0.0.2/uploads/one"})

    with serving(elsewhere) as url, pytest.raises(Refused, match=r"another, 127\.0\.0\.2"):
        upload.send(Server(url, "sms_t"), clip)
