"""One worker holds a job; whoever lost it cannot write; however the work ends, the row says so."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from faults.sizes import sized
from studio.jobs import lease as leases
from studio.jobs import queue
from studio.jobs.errors import Cancelled, JobFault, LeaseLost, Paused
from studio.jobs.lease import Lease, claim, work
from studio.jobs.line import MOST_ATTEMPTS
from studio.jobs.models import Job
from studio.jobs.reaper import reap
from studio.library.models import Video

from ..threads import at_once

pytestmark = pytest.mark.django_db


def held(job: Job) -> Lease:
    lease = claim(job.id)
    assert lease is not None
    return lease


def silent(job: Job) -> None:
    """Its worker has not been heard of for longer than a lease."""
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def state(job: Job) -> str:
    job.refresh_from_db()
    return job.state


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_that_are_rung_one_gets_the_job(ann: User, record_property):
    rounds = sized(5, 200)
    for _ in range(rounds):
        video = Video.objects.create(owner=ann, title="a clip")
        job = queue.submit(ann.pk, video.id, Job.Kind.RUN)

        answers = at_once(8, lambda job=job: claim(job.id))

        taken = [answer for answer in answers if answer is not None]
        assert [type(answer) for answer in taken] == [Lease], answers
        job.refresh_from_db()
        assert (job.state, job.attempt, job.lease_token) == ("running", 1, taken[0].token)
    record_property("tried", rounds)
    record_property("figure", f"{rounds} rounds of 8 workers")


def test_a_claim_is_for_a_while_and_takes_a_revision(job: Job, video: Video, settings):
    settings.STUDIO_LEASE_SECONDS = 100
    lease = held(job)

    job.refresh_from_db()
    video.refresh_from_db()
    assert timedelta(seconds=90) < job.lease_until - timezone.now() <= timedelta(seconds=100)
    assert job.revision == video.revision == lease.job.revision == 2


@pytest.mark.parametrize("there", ["running", "paused", "done", "failed", "cancelled"])
def test_only_a_job_that_waits_is_claimed(job: Job, there: str):
    Job.objects.filter(pk=job.pk).update(state=there)

    assert claim(job.id) is None
    assert claim(UUID(int=0)) is None


def test_a_worker_that_lost_its_job_writes_nothing(job: Job, video: Video):
    frozen = held(job)
    silent(job)
    assert reap() == 1
    other = held(job)
    with other.commit(5, 100):
        Video.objects.filter(pk=video.pk).update(title="by the other")

    with pytest.raises(LeaseLost):
        frozen.report(50, 100)
    with pytest.raises(LeaseLost), frozen.commit(50, 100):
        Video.objects.filter(pk=video.pk).update(title="by the frozen one")
    assert frozen.renew() is False
    assert frozen.end(Job.State.DONE) is False
    frozen.stop()

    job.refresh_from_db()
    video.refresh_from_db()
    assert (job.state, job.done, job.lease_token, video.title) == ("running", 5, other.token, "by the other")


def test_what_is_committed_stands_and_what_fails_leaves_no_trace(job: Job, video: Video):
    lease = held(job)

    with pytest.raises(RuntimeError), lease.commit(10, 100):
        Video.objects.filter(pk=video.pk).update(title="half")
        raise RuntimeError

    job.refresh_from_db()
    video.refresh_from_db()
    assert (job.done, video.title, video.revision) == (0, "a clip", 2)
    with lease.commit(10, 100) as revision:
        Video.objects.filter(pk=video.pk).update(title="whole")
    job.refresh_from_db()
    video.refresh_from_db()
    assert (job.done, job.progress, video.title, video.revision, revision) == (10, 0.1, "whole", 3, 3)


@pytest.mark.parametrize(("wish", "fault"), [(queue.pause, Paused), (queue.cancel, Cancelled)])
def test_a_look_tells_a_worker_what_its_person_wants(job: Job, wish, fault, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(leases, "LOOK_EVERY_S", 0.0)
    lease = held(job)
    lease.look()

    wish(job)

    with pytest.raises(fault):
        lease.look()


def test_looking_every_frame_asks_the_database_seldom(job: Job, django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(leases, "LOOK_EVERY_S", 3600.0)
    lease = held(job)
    lease.look()

    with django_assert_num_queries(0):
        for _ in range(1000):
            lease.look()


def refuse(lease: Lease) -> None:
    raise JobFault("too-dark", "Nothing can be seen.")


def starve(lease: Lease) -> None:
    raise MemoryError


def break_down(lease: Lease) -> None:
    raise ZeroDivisionError


@pytest.mark.parametrize(
    ("body", "there", "code"),
    [
        (lambda lease: None, "done", ""),
        (refuse, "failed", "too-dark"),
        (starve, "failed", "memory"),
        (break_down, "failed", "internal"),
    ],
)
def test_however_the_work_ends_the_row_says_so(job: Job, body, there: str, code: str):
    work(job.id, body)

    job.refresh_from_db()
    assert (job.state, job.error_code, job.lease_token, job.lease_until) == (there, code, None, None)
    assert job.ended is not None
    assert bool(job.error) == (there == "failed")
    assert "ZeroDivision" not in job.error


@pytest.mark.parametrize(("wish", "there"), [(queue.pause, "paused"), (queue.cancel, "cancelled")])
def test_work_stops_at_the_next_look_where_it_was_told_to(job: Job, wish, there: str):
    def body(lease: Lease) -> None:
        wish(job)
        lease.look()
        raise AssertionError("it went on")

    work(job.id, body)

    assert state(job) == there


def test_a_job_that_is_not_there_to_be_done_is_left_alone(job: Job):
    held(job)

    work(job.id, lambda lease: pytest.fail("it was done twice"))

    assert state(job) == "running"


@pytest.mark.parametrize("stop", [SystemExit, KeyboardInterrupt])
def test_a_worker_that_is_stopped_puts_its_job_back_as_if_it_had_not_begun(job: Job, stop):
    def body(lease: Lease) -> None:
        raise stop

    for _ in range(MOST_ATTEMPTS + 1):
        with pytest.raises(stop):
            work(job.id, body)

        job.refresh_from_db()
        assert (job.state, job.attempt, job.lease_token, job.ended) == ("queued", 0, None, None)


@pytest.mark.parametrize(("wish", "there"), [(queue.pause, "paused"), (queue.cancel, "cancelled")])
def test_a_worker_that_is_stopped_leaves_its_job_where_its_person_wanted_it(job: Job, wish, there: str):
    def body(lease: Lease) -> None:
        wish(job)
        raise SystemExit

    with pytest.raises(SystemExit):
        work(job.id, body)

    assert state(job) == there


def test_pausing_again_and_again_is_no_failed_attempt(job: Job):
    def body(lease: Lease) -> None:
        queue.pause(job)
        lease.look()

    for _ in range(MOST_ATTEMPTS + 2):
        work(job.id, body)
        assert state(job) == "paused"
        queue.resume(job)

    work(job.id, lambda lease: None)
    assert state(job) == "done"


def test_a_pause_that_was_taken_back_before_the_worker_stopped_is_none(job: Job):
    def body(lease: Lease) -> None:
        queue.resume(job)
        raise Paused

    work(job.id, body)

    assert state(job) == "queued"
    work(job.id, lambda lease: None)
    assert state(job) == "done"


@pytest.mark.django_db(transaction=True)
def test_a_long_piece_of_work_keeps_its_job(job: Job, settings):
    settings.STUDIO_LEASE_SECONDS = 0.6

    def body(lease: Lease) -> None:
        until, first = time.monotonic() + 10, Job.objects.get(pk=job.pk).lease_until
        while Job.objects.get(pk=job.pk).lease_until == first:
            assert time.monotonic() < until, "nobody renewed"
            time.sleep(0.02)

    work(job.id, body)

    assert state(job) == "done"


@pytest.mark.django_db(transaction=True)
def test_a_body_that_hangs_ends_with_a_sentence_and_its_process(job: Job, settings, monkeypatch: pytest.MonkeyPatch):
    settings.STUDIO_LEASE_SECONDS, settings.STUDIO_STUCK_SECONDS = 0.3, 1.0
    ended = threading.Event()
    monkeypatch.setattr(leases, "end_this_process", ended.set)

    def body(lease: Lease) -> None:
        for _ in range(8):  # it moves for longer than it may be still
            lease.look()
            time.sleep(0.2)
        assert not ended.is_set()
        assert ended.wait(20), "nobody noticed"

    work(job.id, body)

    job.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", "stuck")
    assert job.error == "This made no headway for 1 seconds, so it was given up."
