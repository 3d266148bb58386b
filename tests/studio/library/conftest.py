"""Drawn clips, uploads as a page and as a program send them, ingests done here and now."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from drawn.clips import draw_clip, write_video
from studio.library.files import clip_files
from studio.library.models import Video
from studio.library.tasks import ingest
from studio.media.clip import Clip
from studio.media.frame_table import FrameTable
from studio.media.reader import open_clip

TUS = {"Tus-Resumable": "1.0.0"}
OCTETS = "application/offset+octet-stream"


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, settings) -> Path:
    """Files of this test only."""
    settings.STUDIO_DATA = tmp_path / "data"
    settings.STUDIO_DATA.mkdir()
    return settings.STUDIO_DATA


@pytest.fixture(scope="session")
def small_clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a clip of 24 frames of 160 x 120 px at 25 frames a second, with sound."""
    path = tmp_path_factory.mktemp("clips") / "small.mp4"
    return write_video(path, draw_clip().frames, sound="aac").read_bytes()


def clip_of(video: Video) -> Clip:
    """The clip as it was sent, opened here: it is a test's own."""
    source, table = clip_files(video)
    return open_clip(source, table=None if table is None else FrameTable.from_bytes(table.read_bytes()))


class Sender:
    """A program that sends files by tus."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def begin(self, length: int | str, name: str = "bees.mp4", **headers: str) -> HttpResponse:
        named = f"filename {base64.b64encode(name.encode()).decode()},filetype dmlkZW8vbXA0"
        sent = {**TUS, "Upload-Length": str(length), "Upload-Metadata": named, **headers}
        return self.client.generic("POST", "/uploads/", b"", content_type="", headers=sent)

    def place(self, length: int, name: str = "bees.mp4") -> str:
        begun = self.begin(length, name)
        assert begun.status_code == 201, begun.content
        return begun.headers["Location"]

    def piece(self, place: str, offset: int, data: bytes) -> HttpResponse:
        # CONTENT_TYPE by itself: the test client leaves content_type out where the body is empty
        return self.client.patch(place, data, CONTENT_TYPE=OCTETS, headers={**TUS, "Upload-Offset": str(offset)})

    def held(self, place: str) -> HttpResponse:
        return self.client.head(place, headers=TUS)

    def send(self, data: bytes, name: str = "bees.mp4", piece_bytes: int = 4096) -> str:
        """A whole file; the id of its clip."""
        place = self.place(len(data), name)
        answer = None
        for offset in range(0, len(data), piece_bytes):
            answer = self.piece(place, offset, data[offset : offset + piece_bytes])
            assert answer.status_code == 204, answer.content
        assert answer is not None
        return answer.headers["Studio-Video"]


@pytest.fixture
def sender(ann: User, as_person: Callable[[User], Client]) -> Sender:
    return Sender(as_person(ann))


def taken_in(video_id: UUID | str) -> Video:
    """The clip after its ingest, done by this process as a worker does it."""
    video = Video.objects.get(pk=video_id)
    ingest(str(video.jobs.latest("created").id))
    video.refresh_from_db()
    return video


def tree(folder: Path) -> list[str]:
    """Every file below a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
