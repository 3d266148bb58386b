"""Every operation of openapi.json, as nobody, as a stranger and as the owner; a new one without a row here fails."""

import json
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from drawn.clips import png
from studio.accounts.tokens import make_token
from studio.api import api
from studio.exports import backdrops
from studio.imports.models import Import
from studio.jobs.models import Job
from studio.jobs.queue import submit
from studio.scenes.comments import add_comment
from studio.scenes.versions import save_version

BODIES: dict[tuple[str, str], object] = {  # what each operation takes; None: nothing
    ("GET", "/api/me"): None,
    ("GET", "/api/tokens"): None,
    ("POST", "/api/tokens"): {"name": "laptop"},
    ("DELETE", "/api/tokens/{token_id}"): None,
    ("GET", "/api/weights"): None,
    ("GET", "/api/formats"): None,
    ("GET", "/api/videos"): None,
    ("POST", "/api/videos/sample"): None,
    ("GET", "/api/videos/{video_id}"): None,
    ("PATCH", "/api/videos/{video_id}"): {"title": "another"},
    ("DELETE", "/api/videos/{video_id}"): None,
    ("POST", "/api/videos/{video_id}/restore"): None,
    ("POST", "/api/videos/{video_id}/retry"): None,
    ("POST", "/api/videos/{video_id}/keep"): None,
    ("GET", "/api/videos/{video_id}/frames"): None,
    ("GET", "/api/videos/{video_id}/scene"): None,
    ("POST", "/api/videos/{video_id}/subjects"): {},
    ("PATCH", "/api/subjects/{subject_id}"): {"visible": False},
    ("DELETE", "/api/subjects/{subject_id}"): None,
    ("POST", "/api/subjects/{subject_id}/restore"): None,
    ("PUT", "/api/subjects/{subject_id}/prompts/{frame}"): {"box": [1, 2, 30, 40]},
    ("DELETE", "/api/subjects/{subject_id}/prompts/{frame}"): None,
    ("PUT", "/api/subjects/{subject_id}/masks/{frame}"): {"size": [360, 640], "counts": "PPQ7"},
    ("GET", "/api/videos/{video_id}/masks"): None,
    ("GET", "/api/videos/{video_id}/changes"): None,
    ("GET", "/api/videos/{video_id}/history"): None,
    ("POST", "/api/subjects/{subject_id}/split"): {"frame": 4},
    ("POST", "/api/subjects/{subject_id}/merge"): {"other": "00000000-0000-4000-8000-000000000000"},
    ("POST", "/api/subjects/{subject_id}/swap"): {"other": "00000000-0000-4000-8000-000000000000", "frame": 4},
    ("POST", "/api/subjects/{subject_id}/absent"): {"first": 3, "last": 5},
    ("DELETE", "/api/subjects/{subject_id}/masks"): None,
    ("POST", "/api/subjects/{subject_id}/tidy"): {"first": 3, "last": 5, "what": "fill"},
    ("GET", "/api/subjects/{subject_id}/versions"): None,
    ("POST", "/api/subjects/{subject_id}/versions"): {"name": "good"},
    ("DELETE", "/api/versions/{version_id}"): None,
    ("POST", "/api/versions/{version_id}/restore"): None,
    ("GET", "/api/versions/{version_id}/masks"): None,
    ("GET", "/api/versions/{version_id}/agreement"): None,
    ("POST", "/api/videos/{video_id}/undo"): {},
    ("POST", "/api/videos/{video_id}/redo"): {},
    ("POST", "/api/videos/{video_id}/history/{ordinal}"): None,
    ("GET", "/api/videos/{video_id}/history/{ordinal}/masks"): None,
    ("GET", "/api/videos/{video_id}/history/{ordinal}/agreement"): None,
    ("GET", "/api/videos/{video_id}/review"): None,
    ("POST", "/api/subjects/{subject_id}/accept"): {"first": 3, "last": 4},
    ("GET", "/api/videos/{video_id}/comments"): None,
    ("POST", "/api/videos/{video_id}/comments"): {"frame": 3, "text": "look"},
    ("PATCH", "/api/comments/{comment_id}"): {"resolved": True},
    ("DELETE", "/api/comments/{comment_id}"): None,
    ("POST", "/api/comments/{comment_id}/restore"): None,
    ("POST", "/api/videos/{video_id}/runs"): {"direction": "both"},
    ("GET", "/api/runs/{run_id}"): None,
    ("GET", "/api/jobs/{job_id}"): None,
    ("POST", "/api/jobs/{job_id}/pause"): None,
    ("POST", "/api/jobs/{job_id}/resume"): None,
    ("POST", "/api/jobs/{job_id}/cancel"): None,
    ("POST", "/api/videos/{video_id}/exports"): {"format": "csv"},
    ("GET", "/api/backdrops"): None,
    ("POST", "/api/backdrops"): None,
    ("GET", "/api/backdrops/{backdrop_id}"): None,
    ("DELETE", "/api/backdrops/{backdrop_id}"): None,
    ("POST", "/api/videos/{video_id}/exports/window"): {"format": "crop"},
    ("POST", "/api/videos/{video_id}/exports/estimate"): {"format": "csv"},
    ("GET", "/api/videos/{video_id}/exports"): None,
    ("GET", "/api/import-kinds"): None,
    ("POST", "/api/videos/{video_id}/imports"): {"upload": "00000000-0000-4000-8000-000000000000"},
    ("GET", "/api/videos/{video_id}/imports"): None,
    ("GET", "/api/imports/{import_id}"): None,
    ("POST", "/api/imports/{import_id}/read"): {"kind": "coco"},
    ("POST", "/api/imports/{import_id}/write"): {"mode": "add"},
    ("POST", "/api/subjects/{subject_id}/prompts/{frame}"): None,
}
QUERIES = {
    "/api/subjects/{subject_id}/masks": "?first=0&last=9",
    "/api/versions/{version_id}/masks": "?first=0&last=9",
    "/api/videos/{video_id}/masks": "?first=0&last=9",
    "/api/videos/{video_id}/history/{ordinal}/masks": "?first=0&last=9",
}
OWN = {
    "/api/me",
    "/api/tokens",
    "/api/weights",
    "/api/formats",
    "/api/backdrops",
    "/api/import-kinds",
    "/api/videos",
    "/api/videos/sample",
}  # name nobody's thing


def operations() -> list[tuple[str, str]]:
    paths = api.get_openapi_schema(path_prefix="/api/")["paths"]
    return [(method.upper(), path) for path, methods in paths.items() for method in methods]


def call(client: Client, method: str, path: str, ids: dict[str, object]) -> int:
    response = client.generic(
        method,
        path.format(**ids) + QUERIES.get(path, ""),
        data=_json(BODIES[method, path]),
        content_type="application/json",
    )
    if response.status_code >= 400:
        assert set(response.json()) == {"code", "message"}, f"{method} {path}: {response.content!r}"
    return int(response.status_code)


def _json(body: object) -> str:
    return "" if body is None else json.dumps(body)


@pytest.fixture
def ids(scene, ann: User) -> dict[str, object]:
    found = {
        "video_id": scene.video.id,
        "subject_id": scene.subject.id,
        "ordinal": 1,
        "version_id": save_version(scene.subject, "as it was").id,
        "run_id": scene.run.id,
        "job_id": scene.run.job_id,
        "frame": 3,
        "backdrop_id": backdrops.keep(ann, [png(4, 3)]).id,
        "comment_id": add_comment(scene.video, ann, 3, "the cat is lost").id,
        "token_id": make_token(ann, "mine")[0].id,
        "import_id": Import.objects.create(
            job=submit(ann.pk, scene.video.id, Job.Kind.IMPORT), video=scene.video, name="a.json", byte_size=3
        ).id,
    }
    scene.video.refresh_from_db()
    return found


def test_every_operation_has_a_row_in_the_access_table():
    assert set(operations()) == set(BODIES)


def test_nobody_is_answered_401_everywhere(ids: dict[str, object]):
    answers = {(method, path): call(Client(), method, path, ids) for method, path in operations()}

    assert {operation: status for operation, status in answers.items() if status != 401} == {}


def test_a_token_that_is_no_good_is_answered_401(ids: dict[str, object]):
    client = Client(headers={"Authorization": "Bearer sms_nonsense"})

    assert {call(client, method, path, ids) for method, path in operations()} == {401}


def test_a_stranger_is_answered_404_where_a_thing_is_named(
    ids: dict[str, object], bob: User, as_person: Callable[[User], Client]
):
    stranger = as_person(bob)

    answers = {(m, path): call(stranger, m, path, ids) for m, path in operations() if path not in OWN}

    assert {operation: status for operation, status in answers.items() if status != 404} == {}


def test_a_thing_that_never_was_looks_like_a_strangers(ids: dict[str, object], page: Client):
    nothing = {name: 3 if name in ("frame", "ordinal") else "00000000-0000-4000-8000-000000000000" for name in ids}

    answers = {(m, path): call(page, m, path, nothing) for m, path in operations() if path not in OWN}

    assert {operation: status for operation, status in answers.items() if status != 404} == {}


def test_a_stranger_lists_nothing_of_others(ids: dict[str, object], bob: User, as_person: Callable[[User], Client]):
    stranger = as_person(bob)

    assert stranger.get("/api/videos").json() == []
    assert stranger.get("/api/tokens").json() == []
    assert stranger.get("/api/backdrops").json() == []


def test_reading_changes_nothing_and_the_owner_may_read(ids: dict[str, object], scene, page: Client):
    reads = [path for method, path in operations() if method == "GET" and not path.endswith("/frames")]
    scene.video.refresh_from_db()
    before = scene.video.revision

    assert {path: call(page, "GET", path, ids) for path in reads} == dict.fromkeys(reads, 200)
    scene.video.refresh_from_db()
    assert scene.video.revision == before


def test_objects_of_a_deleted_clip_are_gone_for_its_owner_too(ids: dict[str, object], page: Client):
    assert call(page, "DELETE", "/api/videos/{video_id}", ids) == 204

    rest = [
        operation
        for operation in operations()
        if operation[1].count("{token_id}") + operation[1].count("{backdrop_id}") == 0
    ]
    named = [o for o in rest if o[1] not in OWN and not o[1].startswith("/api/videos/{video_id}/restore")]
    assert {operation: call(page, *operation, ids) for operation in named} == dict.fromkeys(named, 404)
    assert call(page, "POST", "/api/videos/{video_id}/restore", ids) == 200
    assert call(page, "GET", "/api/runs/{run_id}", ids) == 200
