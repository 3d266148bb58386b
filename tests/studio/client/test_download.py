"""A download goes on where it stopped, and a file that is not what the studio told of is no file."""

import hashlib
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from drawn.servers import say, serving
from studio.client import download
from studio.client.errors import Refused
from studio.client.server import Server

CONTENT = bytes(range(251)) * 4000
SUM = hashlib.sha256(CONTENT).hexdigest()


class Shelf:
    """Gives the rest from where it is asked for, at most some bytes of it before the connection is lost."""

    def __init__(self, content: bytes = CONTENT, most: int = len(CONTENT)) -> None:
        self.content, self.most = content, most
        self.asked: list[int] = []

    def __call__(self, request: BaseHTTPRequestHandler) -> None:
        first = int(request.headers["Range"].removeprefix("bytes=").removesuffix("-"))
        self.asked.append(first)
        rest = self.content[first:]
        span = f"bytes {first}-{len(self.content) - 1}/{len(self.content)}"
        say(request, 206, {"Content-Range": span, "Content-Length": str(len(rest))}, rest[: self.most])
        request.close_connection = True


def fetch(url: str, output: Path) -> None:
    download.fetch(Server(url, "sms_t"), "/media/exports/one/a.zip", output, SUM, len(CONTENT))


def test_a_lost_connection_is_gone_on_from(tmp_path: Path):
    shelf = Shelf(most=400_000)
    with serving(shelf) as url:
        fetch(url, tmp_path / "a.zip")

    assert (tmp_path / "a.zip").read_bytes() == CONTENT
    assert shelf.asked == [0, 400_000, 800_000]
    assert list(tmp_path.iterdir()) == [tmp_path / "a.zip"]


def test_the_next_command_goes_on_with_what_the_last_one_left(tmp_path: Path):
    beside = tmp_path / f".a.zip.{SUM[:12]}.part"
    beside.write_bytes(CONTENT[:123_456])
    shelf = Shelf()
    with serving(shelf) as url:
        fetch(url, tmp_path / "a.zip")

    assert (tmp_path / "a.zip").read_bytes() == CONTENT
    assert shelf.asked == [123_456]
    assert not beside.exists()


def test_content_of_another_sum_is_no_file(tmp_path: Path):
    (tmp_path / "a.zip").write_bytes(b"the last one")
    wrong = CONTENT[:-1] + b"!"
    with serving(Shelf(wrong)) as url, pytest.raises(Refused, match=r"arrived with the sum") as refused:
        fetch(url, tmp_path / "a.zip")

    assert refused.value.code == "wrong-sum"
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.zip": b"the last one"}


def test_a_connection_that_never_gives_anything_ends_with_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(download, "RETRIES", 1)
    shelf = Shelf(most=0)
    with serving(shelf) as url, pytest.raises(Refused, match="the connection ends early"):
        fetch(url, tmp_path / "a.zip")
    assert len(shelf.asked) == 2


def test_a_server_that_does_not_go_on_where_the_file_ends_is_not_believed(tmp_path: Path):
    (tmp_path / f".a.zip.{SUM[:12]}.part").write_bytes(CONTENT[:10])

    def whole(request: BaseHTTPRequestHandler) -> None:
        say(request, 200, {}, CONTENT)

    with serving(whole) as url, pytest.raises(Refused, match="does not go on where the file ends"):
        fetch(url, tmp_path / "a.zip")
    assert not (tmp_path / "a.zip").exists()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path):
    with serving(Shelf()) as url, pytest.raises(Refused, match=r"none/a\.zip cannot be written"):
        fetch(url, tmp_path / "none" / "a.zip")


def test_options_are_json_where_they_can_be():
    assert download.parse_option("every=2") == ("every", 2)
    assert download.parse_option("objects=[1,3]") == ("objects", [1, 3])
    assert download.parse_option("region=mask") == ("region", "mask")
    with pytest.raises(Refused, match="NAME=VALUE"):
        download.parse_option("every")
