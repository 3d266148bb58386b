"""An annotation file over HTTP: uploaded by tus, read, shown, written."""

import json
from base64 import b64encode
from collections.abc import Callable
from typing import get_args

import pytest
from django.contrib.auth.models import User
from django.test import Client

from studio.api.file_schemas import ImportKind
from studio.imports.models import Import
from studio.imports.work import do
from studio.jobs.lease import work
from studio.library.models import Video

from .conftest import ready_clip

TUS = {"Tus-Resumable": "1.0.0"}
COCO = {
    "images": [{"id": 1, "file_name": "7.jpg"}],
    "categories": [{"id": 1, "name": "car"}],
    "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "segmentation": [[10, 20, 110, 20, 110, 70, 10, 70]]}],
}


def metadata(**said: str) -> str:
    return ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in said.items())


def upload(client: Client, data: bytes, purpose: str = "import"):
    headers = {**TUS, "Upload-Length": str(len(data)), "Upload-Metadata": metadata(filename="a.json", purpose=purpose)}
    return client.generic("POST", "/uploads/", data, "application/offset+octet-stream", headers=headers)


def post(client: Client, path: str, **body: object):
    return client.post(path, body, content_type="application/json")


def worked(client: Client, import_id: str) -> dict:
    work(Import.objects.get(pk=import_id).job_id, do)
    return client.get(f"/api/imports/{import_id}").json()


@pytest.fixture
def clip(ann: User) -> Video:
    return ready_clip(ann)


def test_a_file_is_read_then_shown_then_written(clip: Video, page: Client):
    sent = upload(page, json.dumps(COCO).encode())
    assert (sent.status_code, sent.headers["Upload-Offset"]) == (201, str(len(json.dumps(COCO))))
    assert "Studio-Video" not in sent.headers
    begun = post(page, f"/api/videos/{clip.id}/imports", upload=sent.headers["Location"].rpartition("/")[2])
    assert (begun.status_code, begun.json()["job"]["kind"], begun.json()["found"]) == (201, "import", None)

    read = worked(page, begun.json()["id"])
    assert (read["kind"], read["name"], read["step"], read["written"]) == ("coco", "a.json", "read", False)
    assert read["found"] == {
        "objects": [{"number": None, "name": "car", "color": "", "masks": 1, "first": 7, "last": 7}],
        "masks": 1,
        "prompts": 0,
        "notes": [],
    }
    assert page.get(f"/api/videos/{clip.id}/scene").json()["subjects"] == []

    written = post(page, f"/api/imports/{read['id']}/write", mode="add")
    assert (written.status_code, written.json()["step"], written.json()["job"]["total"]) == (200, "write", 1)
    assert worked(page, read["id"])["written"] is True
    scene = page.get(f"/api/videos/{clip.id}/scene").json()
    assert [subject["name"] for subject in scene["subjects"]] == ["car"]
    assert scene["lanes"][scene["subjects"][0]["id"]] == [[7, 100, 5]]
    assert [one["id"] for one in page.get(f"/api/videos/{clip.id}/imports").json()] == [read["id"]]


def test_a_key_frame_is_made_of_an_imported_mask(clip: Video, page: Client):
    begun = post(page, f"/api/videos/{clip.id}/imports", upload=location_of(upload(page, json.dumps(COCO).encode())))
    worked(page, begun.json()["id"])
    post(page, f"/api/imports/{begun.json()['id']}/write", mode="add")
    worked(page, begun.json()["id"])
    subject = page.get(f"/api/videos/{clip.id}/scene").json()["subjects"][0]["id"]

    made = post(page, f"/api/subjects/{subject}/prompts/7")

    assert (made.status_code, made.json()["frame"], made.json()["box"]) == (200, 7, [10.0, 20.0, 100.0, 50.0])
    missing = post(page, f"/api/subjects/{subject}/prompts/8")
    assert (missing.status_code, missing.json()) == (
        400,
        {"code": "no-mask", "message": "There is no mask of car on frame 8 to make a key frame of."},
    )


def location_of(response) -> str:
    return response.headers["Location"].rpartition("/")[2]


def test_what_cannot_be_is_refused_with_a_code_and_a_sentence(clip: Video, page: Client):
    waiting = location_of(upload(page, b"{}"))
    begun = post(page, f"/api/videos/{clip.id}/imports", upload=waiting).json()

    purpose = upload(page, b"{}", purpose="prank")
    assert (purpose.status_code, purpose.json()["message"]) == (
        400,
        "The purpose of an upload is clip or import, not prank.",
    )
    kind = post(page, f"/api/videos/{clip.id}/imports", upload=waiting, kind="word")
    assert kind.status_code == 422
    gone = post(page, f"/api/videos/{clip.id}/imports", upload=waiting)
    assert (gone.status_code, gone.json()["code"]) == (404, "not-found")
    early = post(page, f"/api/imports/{begun['id']}/write", mode="add")
    assert (early.status_code, early.json()["message"]) == (409, "This file is still being worked on.")
    assert worked(page, begun["id"])["job"]["error_code"] == "unknown-import"
    unread = post(page, f"/api/imports/{begun['id']}/write", mode="add")
    assert (unread.status_code, unread.json()["code"]) == (409, "wrong-state")


def test_a_piece_is_missing(clip: Video, page: Client):
    headers = {**TUS, "Upload-Length": "10", "Upload-Metadata": metadata(filename="a.json", purpose="import")}
    begun = page.generic("POST", "/uploads/", b"12345", "application/offset+octet-stream", headers=headers)

    early = post(page, f"/api/videos/{clip.id}/imports", upload=location_of(begun))

    assert (early.status_code, early.json()["code"]) == (409, "wrong-offset")
    assert early.json()["message"] == "This upload has 5 bytes so far, of 10; it is not whole yet."


def test_a_strangers_upload_is_not_there(clip: Video, page: Client, bob: User, as_person: Callable[[User], Client]):
    theirs = location_of(upload(as_person(bob), b"{}"))

    assert post(page, f"/api/videos/{clip.id}/imports", upload=theirs).status_code == 404
    assert Import.objects.count() == 0


def test_kinds_are_told_with_their_titles(page: Client):
    kinds = page.get("/api/import-kinds").json()

    assert {"name": "cvat", "title": "CVAT XML, video or images"} in kinds
    assert [kind["name"] for kind in kinds] == list(get_args(ImportKind))
