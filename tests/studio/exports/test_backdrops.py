"""A person's own pictures: sent, listed, put behind objects, removed; nobody else's."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from drawn.clips import png
from studio.exports import backdrops
from studio.exports.models import Backdrop
from studio.exports.sweep import sweep_exports

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(ann: User, as_person) -> Client:
    return as_person(ann)


def send(page: Client, content: bytes):
    return page.post("/api/backdrops", content, content_type="image/png")


def test_a_picture_that_was_sent_is_listed_shown_and_removed(page: Client):
    told = send(page, png(40, 20)).json()

    assert (told["width"], told["height"]) == (40, 20)
    assert page.get("/api/backdrops").json() == [told]
    shown = page.get(f"/api/backdrops/{told['id']}")
    assert shown.headers["Content-Type"] == "image/png"
    assert shown.content == backdrops.path_of(told["id"]).read_bytes()
    assert page.delete(f"/api/backdrops/{told['id']}").status_code == 204
    assert page.get("/api/backdrops").json() == []
    assert not backdrops.path_of(told["id"]).exists()


def test_what_is_no_picture_is_a_sentence_and_leaves_nothing(page: Client):
    before = set(backdrops.folder().glob("*"))
    refused = send(page, b"MZ nonsense")

    assert (refused.status_code, refused.json()["code"]) == (400, "not-picture")
    assert not Backdrop.objects.exists()
    assert set(backdrops.folder().glob("*")) == before


def test_a_file_that_is_too_large_is_refused(page: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(backdrops, "MOST_BYTES", 1024**2)

    refused = send(page, b"\0" * (1024**2 + 1))

    assert (refused.status_code, refused.json()["code"]) == (400, "too-large")
    assert "1 MiB" in refused.json()["message"]


def test_there_is_an_end_to_how_many_a_person_has(page: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(backdrops, "MOST", 1)
    assert send(page, png(4, 4)).status_code == 201

    assert send(page, png(4, 4)).json()["code"] == "too-many-pictures"


def test_the_sweep_leaves_pictures_that_have_a_row(page: Client):
    told = send(page, png(4, 4)).json()

    sweep_exports()

    assert backdrops.path_of(told["id"]).exists()
