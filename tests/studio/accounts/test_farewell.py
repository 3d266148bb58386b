"""Who deletes all that is theirs leaves nothing behind, and others keep all of theirs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.test import Client

from studio.accounts.models import Allowance
from studio.accounts.rate import note_failure
from studio.accounts.tokens import make_token
from studio.exports.models import Export
from studio.jobs import queue
from studio.jobs.lease import claim, work
from studio.jobs.models import Job
from studio.library import uploads
from studio.library.models import Video
from studio.scenes.models import Mask, Prompt, Subject

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, settings) -> Path:
    """Files of this test only."""
    settings.STUDIO_DATA = tmp_path / "data"
    settings.STUDIO_DATA.mkdir()
    return settings.STUDIO_DATA


def live(person: User, data: Path) -> None:
    """One of everything, with its files."""
    uploads.create(person, 10, "on-its-way.mp4")
    sent = uploads.create(person, 3, "a.mp4")
    uploads.append(sent, 0, [b"abc"])
    video = uploads.finish(sent)
    subject = Subject.objects.create(video=video, number=1, name="a", color="#ff0000", revision=1)
    Prompt.objects.create(subject=subject, frame=0, x=1, y=1, width=9, height=9, revision=1)
    Mask.objects.create(
        subject=subject, frame=0, counts=b"04", area=4, score=1, rotated_box=[0] * 8, state=1, revision=1
    )
    export = Export.objects.create(
        job=queue.submit(person.pk, video.id, Job.Kind.EXPORT), video=video, format="csv", of_revision=1
    )
    (data / "exports" / str(export.id)).mkdir(parents=True)
    (data / "exports" / str(export.id) / "a.csv").write_bytes(b"abc")
    deleted = Video.objects.create(owner=person, title="deleted", deleted_at="2026-01-01T00:00:00Z")
    work(queue.submit(person.pk, deleted.id, Job.Kind.RUN).id, lambda lease: None)
    Allowance.objects.create(owner=person, frames=7)
    make_token(person, "laptop")
    note_failure(person.username, "192.0.2.1")
    for _ in range(2):
        Client().force_login(person)


def rows() -> dict[str, int]:
    counted = {model._meta.label: model._default_manager.count() for model in apps.get_models()}
    return {label: count for label, count in counted.items() if label != "jobs.Tally"}  # sums that name nobody


def files(data: Path) -> list[str]:
    return sorted(str(path.relative_to(data)) for path in data.rglob("*") if path.is_file())


def test_nothing_of_a_person_remains_and_all_of_others_does(
    bob: User, as_person: Callable[[User], Client], data_folder: Path
):
    live(bob, data_folder)
    rows_before, files_before = rows(), files(data_folder)
    ann = User.objects.create_user("ann")
    live(ann, data_folder)
    page = as_person(ann)
    assert len(files(data_folder)) == 2 * len(files_before)

    said = page.post("/account/delete", {"name": "ann"})

    assert said.status_code == 200
    assert "Your account is deleted" in said.content.decode()
    assert rows() == rows_before
    assert files(data_folder) == files_before
    assert page.get("/account").headers["Location"] == "/sign-in?next=/account"


def test_another_name_deletes_nothing(ann: User, as_person: Callable[[User], Client], data_folder: Path):
    live(ann, data_folder)
    before = rows()

    said = as_person(ann).post("/account/delete", {"name": "Ann"}, follow=True)

    assert "type ann to delete all that is yours" in said.content.decode()
    assert User.objects.filter(username="ann").exists()
    assert rows()["library.Video"] == before["library.Video"]


def test_a_worker_that_is_at_it_loses_its_job(ann: User, as_person: Callable[[User], Client]):
    video = Video.objects.create(owner=ann, title="a clip")
    lease = claim(queue.submit(ann.pk, video.id, Job.Kind.RUN).id)
    assert lease is not None

    as_person(ann).post("/account/delete", {"name": "ann"})

    assert lease.renew() is False
    assert not lease.end(Job.State.DONE)
