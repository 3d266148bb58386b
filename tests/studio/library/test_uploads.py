"""Uploads as tus speaks them: pieces that become a clip, what is refused, odd names, strangers."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client

from studio.accounts.tokens import make_token
from studio.library import uploads
from studio.library.models import Upload, Video

from .conftest import OCTETS, TUS, Sender, tree

pytestmark = pytest.mark.django_db


def test_a_file_sent_in_pieces_becomes_a_clip_and_its_ingest_waits(sender: Sender, data_folder: Path):
    data = random.Random(1).randbytes(10_000)

    video = Video.objects.get(pk=sender.send(data, "my bees.mp4"))

    assert (video.title, video.form, video.state, video.byte_size) == ("my bees.mp4", "film", "uploaded", 10_000)
    assert tree(data_folder) == [f"videos/{video.id}/source"]
    assert (data_folder / "videos" / str(video.id) / "source").read_bytes() == data
    job = video.jobs.get()
    assert (job.kind, job.queue, job.state) == ("ingest", "media", "queued")


def test_the_clip_is_named_by_the_last_answer_and_by_every_later_one(sender: Sender):
    place = sender.place(6)

    first, last, later = sender.piece(place, 0, b"abc"), sender.piece(place, 3, b"def"), sender.held(place)

    assert "Studio-Video" not in first.headers
    assert last.headers["Studio-Video"] == later.headers["Studio-Video"] == str(Video.objects.get().id)
    assert (later.headers["Upload-Offset"], later.headers["Upload-Length"]) == ("6", "6")
    assert later.headers["Cache-Control"] == "no-store"
    assert sender.piece(place, 6, b"").headers["Studio-Video"] == last.headers["Studio-Video"]


def test_a_small_file_may_come_with_its_creation(sender: Sender):
    answer = sender.client.generic(
        "POST", "/uploads/", b"abc", content_type=OCTETS, headers={**TUS, "Upload-Length": "3"}
    )

    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, "3")
    assert answer.headers["Studio-Video"] == str(Video.objects.get().id)
    assert Video.objects.get().title == "clip"


def test_a_zip_is_taken_as_pictures(sender: Sender):
    assert Video.objects.get(pk=sender.send(b"PK", "Frames.ZIP")).form == Video.Form.IMAGES


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Upload-Length": ""}, 400, "bad-length"),
        ({"Upload-Length": "-1"}, 400, "bad-length"),
        ({"Upload-Length": "٣"}, 400, "bad-length"),
        ({"Upload-Length": "9" * 5000}, 400, "bad-length"),
        ({"Upload-Length": "0"}, 400, "bad-length"),
        ({"Upload-Length": "1001"}, 413, "too-large"),
        ({"Upload-Metadata": "filename %%%"}, 400, "bad-metadata"),
        ({"Upload-Metadata": "filename /////w=="}, 400, "bad-metadata"),
        ({"Tus-Resumable": "0.2.2"}, 412, "wrong-version"),
    ],
)
def test_a_creation_that_makes_no_sense_is_refused(
    sender: Sender, settings, headers: dict[str, str], status: int, code: str
):
    settings.STUDIO_MAX_BYTES = 1000

    refused = sender.begin(10, **{name: value.encode().decode("latin-1") for name, value in headers.items()})

    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert set(refused.json()) == {"code", "message"}
    assert Upload.objects.count() == 0


def test_a_file_that_is_too_large_is_refused_with_both_numbers(sender: Sender, settings):
    settings.STUDIO_MAX_BYTES = 4 * 1024**3

    said = sender.begin(5 * 1024**3).json()["message"]

    assert said == "This file has 5.0 GB, more than the 4.0 GB that are allowed."


def test_a_piece_over_the_limit_is_refused_before_it_is_read(sender: Sender):
    place = sender.place(100)

    refused = sender.client.patch(
        place,
        CONTENT_TYPE=OCTETS,
        CONTENT_LENGTH=str(uploads.MOST_PIECE_BYTES + 1),
        headers={**TUS, "Upload-Offset": "0"},
    )

    assert (refused.status_code, refused.json()["code"]) == (413, "too-large")


def test_more_bytes_than_announced_are_refused_and_what_fits_no_more_is_not_kept(sender: Sender):
    place = sender.place(3)

    refused = sender.piece(place, 0, b"abcd")

    assert (refused.status_code, refused.json()["code"]) == (413, "too-large")
    assert sender.held(place).headers["Upload-Offset"] == "0"
    assert Video.objects.count() == 0


@pytest.mark.parametrize("content_type", ["", "text/plain", "multipart/form-data; boundary=x"])
def test_only_octets_are_a_piece(sender: Sender, content_type: str):
    place = sender.place(3)

    refused = sender.client.patch(place, b"abc", content_type=content_type, headers={**TUS, "Upload-Offset": "0"})

    assert (refused.status_code, refused.json()["code"]) == (415, "wrong-type")


def test_an_upload_that_is_discarded_is_gone_and_its_clip_is_not(sender: Sender, data_folder: Path):
    unfinished, video = sender.place(10), sender.send(b"abc")
    finished = f"/uploads/{video}"

    answers = [sender.client.delete(place, headers=TUS).status_code for place in (unfinished, finished, unfinished)]

    assert answers == [204, 204, 404]
    assert [sender.held(place).status_code for place in (unfinished, finished)] == [404, 404]
    assert tree(data_folder) == [f"videos/{video}/source"]


def test_a_person_has_only_so_many_unfinished_uploads(sender: Sender, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(uploads, "MOST_UNFINISHED", 2)
    sender.place(10), sender.place(10)

    refused = sender.begin(10)

    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-uploads")


def test_abilities_are_told_to_anybody():
    answer = Client().options("/uploads/")

    assert answer.status_code == 204
    assert answer.headers["Tus-Extension"] == "creation,creation-with-upload,termination"
    assert int(answer.headers["Tus-Max-Size"]) > 0


def test_a_page_needs_its_csrf_token_and_a_program_its_own(ann: User, small_clip: bytes):
    page = Client(enforce_csrf_checks=True)
    page.force_login(ann)
    page.cookies["csrftoken"] = "a" * 32
    program = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {make_token(ann, 'x')[1]}"})

    assert Sender(page).begin(10).json()["code"] == "csrf"
    assert Sender(page).begin(10, **{"X-CSRFToken": "a" * 32}).status_code == 201
    assert Video.objects.filter(pk=Sender(program).send(b"abc")).exists()


NAMES = [
    ("../../x.mp4", "x.mp4"),
    ("..\\..\\evil.mp4", "evil.mp4"),
    ("a\0b.mp4", "ab.mp4"),
    ("x" * 4096 + ".mp4", "x" * 196 + ".mp4"),
    ("gnp.\u202emp4.exe", "gnp.mp4.exe"),
    ("CON", "CON"),
    ("", "clip"),
    ("..", "clip"),
    ("/", "clip"),
    (" \t\n two   words .mp4", "two words .mp4"),
    ("<svg onload=alert(1)>.svg", "<svg onload=alert(1)>.svg"),
    ("Übung\u0308 🐝.mov", "Übung̈ 🐝.mov"),
]


@pytest.mark.parametrize(("name", "title"), NAMES)
def test_a_name_is_shown_and_never_a_path(sender: Sender, data_folder: Path, name: str, title: str):
    video = sender.send(b"abc", name)

    assert Video.objects.get(pk=video).title == title
    assert tree(data_folder) == [f"videos/{video}/source"]
    assert tree(data_folder.parent) == [f"data/videos/{video}/source"]


def test_a_stranger_finds_no_upload(sender: Sender, bob: User, as_person: Callable[[User], Client]):
    place, stranger = sender.place(10), Sender(as_person(bob))

    assert stranger.held(place).status_code == 404
    assert stranger.piece(place, 0, b"abc").status_code == 404
    assert stranger.client.delete(place, headers=TUS).status_code == 404
    assert sender.held(place).headers["Upload-Offset"] == "0"
