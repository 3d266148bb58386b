"""Persons take turns, however much one of them asked for; a bell is for whoever's turn it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from studio.jobs import queue, tasks
from studio.jobs.line import in_line, place
from studio.jobs.models import Job
from studio.library.models import Video
from studio.worker import app

from .test_lease import held

pytestmark = pytest.mark.django_db


def asked(person: User, kind: Job.Kind = Job.Kind.RUN) -> Job:
    return queue.submit(person.pk, Video.objects.create(owner=person, title="a clip").id, kind)


def line(*jobs: Job, of: str = "gpu") -> list[int]:
    """The line as indices of these jobs."""
    ids = [job.id for job in jobs]
    return [ids.index(waiting.job_id) for waiting in in_line(of)]


def ended(job: Job, minutes_ago: float) -> None:
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.DONE, started=timezone.now() - timedelta(minutes=minutes_ago), lease_token=None
    )


def test_one_persons_jobs_are_done_in_their_order_and_other_queues_do_not_count(ann: User):
    jobs = [asked(ann, kind) for kind in (Job.Kind.RUN, Job.Kind.EXPORT, Job.Kind.RUN, Job.Kind.RUN)]

    assert [place(job) for job in jobs] == [1, 1, 2, 3]
    lease = held(jobs[0])
    assert [place(job) for job in (lease.job, *jobs[1:])] == [None, 1, 1, 2]


def test_who_asks_for_one_thing_does_not_wait_for_all_that_another_asked_for_before(ann: User, bob: User):
    many, one = [asked(ann) for _ in range(4)], asked(bob)

    assert line(*many, one) == [0, 4, 1, 2, 3]


def test_who_has_a_job_at_work_comes_after_who_has_none(ann: User, bob: User):
    many, one = [asked(ann) for _ in range(3)], asked(bob)
    held(many[0])

    assert line(*many, one) == [3, 1, 2]


def test_with_one_worker_two_persons_are_served_in_turn(ann: User, bob: User):
    jobs = [asked(person) for person in (ann, ann, ann, bob, bob, bob)]
    order = []
    for minutes in range(6, 0, -1):
        job = Job.objects.get(pk=in_line("gpu")[0].job_id)
        held(job)
        ended(job, minutes)
        order.append([known.id for known in jobs].index(job.id))

    assert order == [0, 3, 1, 4, 2, 5]


def test_kinds_of_one_queue_share_its_line(ann: User, bob: User):
    jobs = [*(asked(ann, Job.Kind.EXPORT) for _ in range(3)), asked(bob, Job.Kind.INGEST)]

    assert line(*jobs, of="media") == [0, 3, 1, 2]
    assert [waiting.kind for waiting in in_line("media")] == ["export", "ingest", "export", "export"]


def test_a_bell_is_one_job_and_passes_over_what_somebody_else_took(ann: User, bob: User, monkeypatch):
    first, second, third = asked(ann), asked(bob), asked(ann)
    asked_for: list[str] = []

    def do(job_id: str) -> bool:
        asked_for.append(job_id)
        return job_id != str(first.id)  # somebody else was quicker

    monkeypatch.setitem(app.tasks, queue.TASKS[Job.Kind.RUN], do)

    tasks.turn("gpu")

    assert asked_for == [str(first.id), str(second.id)]
    assert place(third) == 3
