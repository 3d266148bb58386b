"""What nobody else does: jobs of silent workers are taken back, three times at one place, and waiting ones rung for."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from redis import Redis
from redis.exceptions import RedisError

from studio.jobs import queue, reaper
from studio.jobs.line import MOST_ATTEMPTS
from studio.jobs.models import Job
from studio.jobs.reaper import reap, ring_again
from studio.library.models import Video
from studio.worker import BELLS

from .test_lease import held, silent, state

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_bells_of_earlier_tests() -> None:
    """A broker that another test started may still be up, with bells that nobody hears."""
    with suppress(RedisError), Redis.from_url(settings.STUDIO_REDIS_URL, socket_connect_timeout=1) as broker:
        broker.delete(*(f"{BELLS}{queue}" for queue in Job.Queue.values))


def test_the_job_of_a_silent_worker_is_put_in_line_again(job: Job):
    held(job)
    assert reap() == 0
    silent(job)

    assert reap() == 1

    job.refresh_from_db()
    assert (job.state, job.attempt, job.lease_token, job.lease_until) == ("queued", 1, None, None)


def test_a_job_that_ends_its_worker_three_times_at_one_place_is_given_up_and_the_next_is_done(job: Job, ann: User):
    behind = queue.submit(ann.pk, Video.objects.create(owner=ann, title="another").id, Job.Kind.RUN)

    for _ in range(MOST_ATTEMPTS):
        held(job)
        silent(job)
        reap()

    job.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", "gave-up")
    assert job.error == "The worker stopped 3 times at the same place, so this was given up."
    assert job.ended is not None
    assert held(behind).job.id == behind.id


def test_a_job_that_gets_further_each_time_is_not_given_up(job: Job):
    for done in range(1, 3 * MOST_ATTEMPTS):
        with held(job).commit(done, 100) as revision:
            assert revision > done
        silent(job)
        reap()

        assert state(job) == "queued"
    assert job.furthest == 3 * MOST_ATTEMPTS - 1


@pytest.mark.parametrize(("wish", "there"), [(queue.pause, "paused"), (queue.cancel, "cancelled")])
def test_a_job_whose_worker_fell_silent_goes_where_its_person_wanted_it(job: Job, wish, there: str):
    held(job)
    wish(job)
    silent(job)

    reap()

    assert state(job) == there


def test_a_job_that_changes_hands_while_it_is_looked_at_stays(job: Job, monkeypatch: pytest.MonkeyPatch):
    held(job)
    silent(job)
    real = reaper._after_silence

    def spoken(found: Job) -> dict[str, object]:
        Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() + timedelta(minutes=1))  # it renews just now
        return real(found)

    monkeypatch.setattr(reaper, "_after_silence", spoken)

    assert reap() == 0
    assert state(job) == "running"


def test_a_waiting_job_is_rung_for_again_when_its_bell_is_old(job: Job):
    assert ring_again() == 0
    Job.objects.filter(pk=job.pk).update(rung=timezone.now() - 2 * reaper.RING_AGAIN)

    assert ring_again() == 1
    assert ring_again() == 0


def test_a_job_that_a_stopped_worker_put_back_is_rung_for_at_once(job: Job):
    held(job).stop()

    assert ring_again() == 1


def test_ringing_a_broker_that_is_away_keeps_nobody_waiting(job: Job):
    began = time.monotonic()

    queue.ring(job)

    assert time.monotonic() - began < 3  # a connection that is tried again takes six seconds
    assert state(job) == "queued"


def test_while_bells_hang_unheard_no_more_are_hung(job: Job, valkey: None):
    rung_long_ago = timezone.now() - 2 * reaper.RING_AGAIN
    assert queue.bells_unheard("gpu") == 0
    Job.objects.filter(pk=job.pk).update(rung=rung_long_ago)
    assert ring_again() == 1
    assert queue.bells_unheard("gpu") == 1

    Job.objects.filter(pk=job.pk).update(rung=rung_long_ago)

    assert ring_again() == 0
    assert (queue.bells_unheard("gpu"), queue.bells_unheard("media")) == (1, 0)


def test_of_a_broker_that_is_away_nothing_is_known(settings):
    settings.STUDIO_REDIS_URL = "redis://127.0.0.1:1"

    assert queue.bells_unheard("gpu") is None
