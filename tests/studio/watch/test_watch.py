"""What an operator and their programs are told, and who is told nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from studio.jobs import queue, workers
from studio.jobs.lease import claim, work
from studio.jobs.models import Job, Spent
from studio.jobs.reaper import reap
from studio.jobs.spent import minutes_spent
from studio.launch import healthy
from studio.library import disk
from studio.library.models import Video
from studio.runs.models import Run

from ..live.conftest import valkey

__all__ = ["valkey"]  # a fixture

pytestmark = pytest.mark.django_db


def asked(person: User, kind: Job.Kind) -> Job:
    return queue.submit(person.pk, Video.objects.create(owner=person, title="a clip").id, kind)


def told(client: Client | None = None, **headers: str) -> dict[tuple[str, ...], float]:
    """Each sample as (name, label values in the order of the labels' names) and its value."""
    answer = (client or Client()).get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.content
    families = text_string_to_metric_families(answer.content.decode())
    return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}


@pytest.fixture
def staff(as_person: Callable[[User], Client]) -> Client:
    return as_person(User.objects.create_user("olga", is_staff=True))


@pytest.fixture
def at_work(valkey: None) -> Iterator[None]:
    """A worker of each queue that said it is there."""
    workers.say_here([*Job.Queue.values, workers.REAPER])
    yield
    with workers._broker() as broker:
        broker.flushdb()


def test_a_process_that_answers_is_alive():
    assert Client().get("/healthz").json() == {"ok": True}


def test_a_studio_is_ready_when_every_part_is(at_work: None):
    answer = Client().get("/readyz")

    assert answer.json() == {
        "ok": True, "database": True, "broker": True, "disk": True, "media workers": True, "gpu workers": True,
        "reaper": True,
    }  # fmt: skip


def test_a_part_that_is_missing_is_named_and_the_answer_is_503(valkey: None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(disk, "LEAST_FREE_BYTES", 2**60)

    answer = Client().get("/readyz")

    assert answer.status_code == 503
    missing = [name for name, good in answer.json().items() if not good]
    assert missing == ["ok", "disk", "media workers", "gpu workers", "reaper"]


def test_without_its_broker_a_studio_is_not_ready_and_still_says_what_it_knows(ann: User, settings):
    settings.STUDIO_REDIS_URL = "redis://127.0.0.1:1"
    asked(ann, Job.Kind.RUN)

    assert Client().get("/readyz").json()["broker"] is False
    assert told()["studio_jobs", "run", "queued"] == 1


def test_the_queue_is_told_by_kind_and_state_with_its_oldest_age(ann: User, at_work: None):
    first, _, export = (asked(ann, kind) for kind in (Job.Kind.RUN, Job.Kind.RUN, Job.Kind.EXPORT))
    Job.objects.filter(pk=first.pk).update(created=timezone.now() - timedelta(seconds=90))
    claim(export.id)
    Job.objects.filter(pk=export.pk).update(fps=25.0)

    found = told()

    assert (found["studio_jobs", "run", "queued"], found["studio_jobs", "export", "running"]) == (2, 1)
    assert found["studio_oldest_waiting_seconds", "gpu"] == pytest.approx(90, abs=20)
    assert found["studio_oldest_waiting_seconds", "media"] == 0
    assert found["studio_job_fps", "export"] == 25.0
    assert (found["studio_workers", "gpu"], found["studio_workers", "media"]) == (1, 1)
    assert found["studio_workers", "reaper"] == 1
    assert found["studio_disk_free_bytes",] > 0


def test_room_is_that_of_the_fuller_disk(settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    settings.STUDIO_DATA, settings.STUDIO_STAGING = tmp_path / "data", tmp_path / "staging"
    monkeypatch.setattr(disk, "free_bytes", {tmp_path / "data": 9, tmp_path / "staging": 7}.get)

    assert disk.free_bytes_of_all() == 7
    settings.STUDIO_STAGING = None
    assert disk.free_bytes_of_all() == 9


def test_a_container_asks_for_the_reaper_on_its_own_machine(valkey: None, monkeypatch: pytest.MonkeyPatch):
    assert healthy.main(["reaper"]) == 1
    workers.say_here([workers.REAPER])
    assert healthy.main(["reaper"]) == 0

    monkeypatch.setattr(workers.socket, "gethostname", lambda: "another")

    assert healthy.main(["reaper"]) == 1
    with workers._broker() as broker:
        broker.flushdb()


def test_ends_and_take_overs_are_counted_by_kind_and_code(ann: User):
    done, silent = asked(ann, Job.Kind.RUN), asked(ann, Job.Kind.RUN)
    work(done.id, lambda lease: None)
    claim(silent.id)
    Job.objects.filter(pk=silent.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    reap()
    Job.objects.filter(pk=silent.pk).update(attempt=0)
    work(silent.id, _starve)
    Video.objects.all().delete()  # counts outlive what they counted

    found = told()

    assert found["studio_jobs_ended_total", "", "run", "done"] == 1
    assert found["studio_jobs_ended_total", "memory", "run", "failed"] == 1
    assert found["studio_take_overs_total", "run"] == 1


def _starve(lease: object) -> None:
    raise MemoryError


def test_refusals_are_counted_by_their_code_and_named_in_the_answer():
    before = told().get(("studio_refusals_total", "signed-out", "401"), 0.0)

    refused = Client().get("/api/me")

    assert len(refused.headers["X-Request-ID"]) == 32
    assert told()["studio_refusals_total", "signed-out", "401"] == before + 1


def test_metrics_are_for_this_machine_or_for_who_has_the_token(settings):
    for forwarded in ("X-Forwarded-For", "X-Real-Ip", "Forwarded"):
        assert Client().get("/metrics", headers={forwarded: "127.0.0.1"}).status_code == 404
    assert Client(REMOTE_ADDR="192.0.2.7").get("/metrics").status_code == 404
    assert told()

    settings.STUDIO_METRICS_TOKEN = "a long secret"
    assert Client().get("/metrics").status_code == 404
    assert Client().get("/metrics", headers={"Authorization": "Bearer another"}).status_code == 404
    assert told(Client(REMOTE_ADDR="192.0.2.7"), Authorization="Bearer a long secret")


def test_the_status_page_is_for_staff_and_for_others_it_is_not_there(ann: User, as_person, staff: Client):
    running = asked(ann, Job.Kind.RUN)
    claim(running.id)
    asked(ann, Job.Kind.EXPORT)

    assert Client().get("/status").headers["Location"] == "/sign-in?next=/status"
    assert as_person(ann).get("/status").status_code == 404
    page = staff.get("/status")
    assert page.status_code == 200
    said = page.content.decode()
    assert "run: a clip" in said
    assert "export: a clip" in said
    assert "attempt 1" in said


def test_the_status_page_tells_what_the_stages_of_the_last_runs_took(ann: User, staff: Client):
    job = asked(ann, Job.Kind.RUN)
    Run.objects.create(
        job=job, video=job.video, direction="forward", first_frame=0, last_frame=99, weights="w",
        subjects=[], prompts=[], timings={"decode": [0.5, 100], "track": [4.0, 100]}, notes=["One at a time."],
    )  # fmt: skip
    assert "No run ended since yesterday." in staff.get("/status").content.decode()

    work(job.id, lambda lease: None)

    said = staff.get("/status").content.decode()
    assert "decode 0.50 s (200.0 frames a second), track 4.00 s (25.0 frames a second). One at a time." in said


def test_time_at_work_is_noted_for_its_person_and_day_however_it_ends(ann: User, bob: User):
    today = timezone.now().date()
    for person, minutes in ((ann, 3), (ann, 4), (bob, 1)):
        job = asked(person, Job.Kind.RUN)
        lease = claim(job.id)
        assert lease is not None
        lease.job.started = timezone.now() - timedelta(minutes=minutes)
        lease.end(Job.State.FAILED, "memory", "Too much.")

    assert minutes_spent(ann.pk, Job.Kind.RUN, today) == pytest.approx(7, abs=0.1)
    assert minutes_spent(bob.pk, Job.Kind.RUN, today) == pytest.approx(1, abs=0.1)
    assert minutes_spent(ann.pk, Job.Kind.EXPORT, today) == 0
    assert minutes_spent(ann.pk, Job.Kind.RUN, today + timedelta(days=1)) == 0
    assert Spent.objects.count() == 2
