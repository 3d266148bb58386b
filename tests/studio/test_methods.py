"""A8: nothing changes by a method that reads, or without a token, at any address there is."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from studio.accounts.links import make_link
from studio.accounts.tokens import make_token
from studio.library.models import Upload

from .addresses import addresses
from .api.conftest import scene
from .library.conftest import data_folder

__all__ = ["data_folder", "scene"]  # fixtures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_folder")]

READS = ("GET", "HEAD", "OPTIONS", "TRACE")
WRITES = ("POST", "PUT", "PATCH", "DELETE")
REFUSED = {400, 401, 403, 404, 405, 410, 412, 415, 422}
NEEDS_MORE = ("/readyz", "/frames")  # a broker, a clip's files
CHANGES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|ALTER)\b", re.IGNORECASE)


@pytest.fixture
def paths(scene, ann: User) -> list[str]:
    """Every address of the studio, each with what is ann's in it."""
    ann.is_staff = ann.is_superuser = True  # the admin's addresses answer to her
    ann.save()
    upload = Upload.objects.create(owner=ann, name="a.mp4", length=10)
    filled: dict[str, object] = {
        "video_id": scene.video.id, "subject_id": scene.subject.id, "run_id": scene.run.id, "job_id": scene.run.job_id,
        "export_id": scene.export.id, "upload_id": upload.id, "frame": 3, "ordinal": 1, "token": make_link(ann),
        "token_id": make_token(ann, "mine")[0].id, "object_id": ann.pk, "app_label": "auth", "content_type_id": 1,
        "name": "proxy.mp4", "path": "x",
    }  # fmt: skip

    def fill(pattern: str) -> str:
        plain = re.sub(r"[\^$]|\\[AZz]", "", pattern)
        plain = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", r"<\1>", plain)  # the admin's, as expressions
        return "/" + re.sub(
            r"<(?:\w+:)?(\w+)>", lambda found: str(filled.get(found[1], "00000000-0000-4000-8000-000000000000")), plain
        )

    return sorted({fill(pattern) for pattern in addresses(get_resolver().url_patterns)})


def changed_by(client: Client, method: str, path: str) -> tuple[int, list[str]]:
    """The answer's status, and the statements that would change something."""
    with CaptureQueriesContext(connection) as asked:
        answer = client.generic(method, path, b"" if method in READS else b"{}", content_type="application/json")
        if answer.streaming:
            b"".join(answer.streaming_content)
    statements = [one["sql"] for one in asked.captured_queries]
    return answer.status_code, [sql for sql in statements if CHANGES.match(sql) and "django_session" not in sql]


def test_a_method_that_reads_changes_nothing_anywhere(paths: list[str], ann: User, as_person: Callable[[User], Client]):
    owner, nobody = as_person(ann), Client()
    owner.raise_request_exception = nobody.raise_request_exception = False

    answers = {
        (who, method, path): changed_by(client, method, path)
        for who, client in (("owner", owner), ("nobody", nobody))
        for path in paths
        for method in READS
    }

    assert len(paths) > 80
    assert {asked: found for asked, (_, found) in answers.items() if found} == {}
    broken = {asked: status for asked, (status, _) in answers.items() if status >= 500}
    assert {asked: status for asked, status in broken.items() if not asked[2].endswith(NEEDS_MORE)} == {}


def test_nothing_changes_without_the_token_that_a_page_has(paths: list[str], ann: User):
    forger = Client(enforce_csrf_checks=True)  # another site's page: it has the cookies, and no token
    forger.force_login(ann)

    answers = {(method, path): changed_by(forger, method, path) for path in paths for method in WRITES}

    assert {asked: found for asked, (_, found) in answers.items() if found} == {}
    assert {asked: status for asked, (status, _) in answers.items() if status not in REFUSED} == {}
