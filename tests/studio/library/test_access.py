"""Every address of uploads and media, as nobody, as a stranger and as the owner; a new one without a row here fails."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from studio.exports.models import Export
from studio.jobs.models import Job
from studio.jobs.queue import submit
from studio.library import files, media_urls, upload_urls, uploads
from studio.library.models import Video

from .conftest import OCTETS, TUS

pytestmark = pytest.mark.django_db

OWNER = {  # address and method: what its owner is answered; every other method is 405
    ("uploads", "POST"): 201,
    ("uploads", "OPTIONS"): 204,
    ("upload", "HEAD"): 200,
    ("upload", "PATCH"): 204,
    ("upload", "DELETE"): 204,
    ("upload", "OPTIONS"): 204,
    ("shown-file", "GET"): 200,
    ("shown-file", "HEAD"): 200,
    ("export-file", "GET"): 200,
    ("export-file", "HEAD"): 200,
}
METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"]
PUBLIC = {("uploads", "OPTIONS"), ("upload", "OPTIONS")}  # what the server is able to do
UUID = r"[0-9a-f-]{36}"
NAMES = ["uploads", "upload", "shown-file", "export-file"]


@pytest.fixture
def addresses(ann: User, data_folder: Path) -> dict[str, str]:
    """One of each, ann's."""
    video = Video.objects.create(owner=ann, title="a clip", state=Video.State.READY)
    export = Export.objects.create(
        job=submit(ann.pk, video.id, Job.Kind.EXPORT), video=video, format="csv", of_revision=1, file_name="a.csv"
    )
    for path in (files.folder_of(video.id) / files.PROXY, data_folder / "exports" / str(export.id) / "a.csv"):
        path.parent.mkdir(parents=True)
        path.write_bytes(b"abc")
    return {
        "uploads": reverse("uploads"),
        "upload": reverse("upload", args=[uploads.create(ann, 10, "a.mp4").id]),
        "shown-file": reverse("shown-file", args=[video.id, files.PROXY]),
        "export-file": reverse("export-file", args=[export.id, "a.csv"]),
    }


def call(client: Client, address: str, method: str) -> int:
    headers = {**TUS, "Upload-Length": "10", "Upload-Offset": "0"}
    body = b"abc" if method == "PATCH" else b""
    answer = client.generic(method, address, body, CONTENT_TYPE=OCTETS if body else "", headers=headers)
    if answer.status_code >= 400 and method != "HEAD":
        assert set(answer.json()) == {"code", "message"}, f"{method} {address}: {answer.content!r}"
    if answer.streaming:
        assert b"".join(answer.streaming_content) == b"abc"
    return int(answer.status_code)


def walk(client: Client, addresses: dict[str, str]) -> dict[tuple[str, str], int]:
    return {(n, m): call(client, addresses[n], m) for n, m in itertools.product(NAMES, METHODS)}


def test_every_address_has_its_rows_in_the_access_table():
    known = [pattern.name for pattern in (*upload_urls.urlpatterns, *media_urls.urlpatterns)]

    assert known == NAMES
    assert {name for name, _ in OWNER} == set(NAMES)


def test_the_owner_may_do_what_the_table_says_and_nothing_else(
    addresses: dict[str, str], ann: User, as_person: Callable[[User], Client]
):
    answers = walk(as_person(ann), addresses)

    assert answers == {operation: OWNER.get(operation, 405) for operation in answers}


def test_nobody_is_answered_401(addresses: dict[str, str]):
    for client in (Client(), Client(headers={"Authorization": "Bearer sms_nonsense"})):
        answers = walk(client, addresses)

        assert {answers[operation] for operation in set(OWNER) - PUBLIC} == {401}


def test_a_stranger_is_answered_as_if_nothing_were_there(
    addresses: dict[str, str], ann: User, bob: User, as_person: Callable[[User], Client]
):
    nowhere = {name: re.sub(UUID, "00000000-0000-4000-8000-000000000000", path) for name, path in addresses.items()}

    strangers, nothings = walk(as_person(bob), addresses), walk(as_person(ann), nowhere)

    assert strangers == nothings
    named = {operation for operation in set(OWNER) - PUBLIC if operation[0] != "uploads"}
    assert {strangers[operation] for operation in named} == {404}


def test_files_of_a_deleted_clip_are_gone_for_its_owner_too(
    addresses: dict[str, str], ann: User, as_person: Callable[[User], Client]
):
    Video.objects.update(deleted_at="2026-01-01T00:00:00Z")

    answers = walk(as_person(ann), addresses)

    assert {answers[name, method] for name in ("shown-file", "export-file") for method in ("GET", "HEAD")} == {404}
