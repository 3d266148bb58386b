"""What people do with jobs: one active run a clip, a place in line, pause and resume and cancel from every state."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from faults.sizes import sized
from studio.jobs import queue
from studio.jobs.errors import AlreadyActive, WrongState
from studio.jobs.models import Job
from studio.jobs.reaper import reap
from studio.jobs.revisions import next_revision
from studio.library.models import Video

from ..threads import at_once
from .test_lease import held, state

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
def test_of_many_wishes_for_a_run_at_once_one_becomes_a_job(ann: User, record_property):
    video, wishes = Video.objects.create(owner=ann, title="a clip"), sized(12, 50)

    answers = at_once(wishes, lambda: queue.submit(ann.pk, video.id, Job.Kind.RUN))

    assert sorted(type(answer).__name__ for answer in answers) == ["AlreadyActive"] * (wishes - 1) + ["Job"]
    assert video.jobs.count() == 1
    record_property("tried", wishes)
    record_property("figure", f"1 job of {wishes} wishes at once")


@pytest.mark.parametrize("active", list(Job.ACTIVE))
def test_a_clip_has_one_unfinished_run(job: Job, video: Video, active: str):
    Job.objects.filter(pk=job.pk).update(state=active)

    with pytest.raises(AlreadyActive, match="already has an unfinished run"):
        queue.submit(video.owner_id, video.id, Job.Kind.RUN)


@pytest.mark.parametrize("ended", ["done", "failed", "cancelled"])
def test_a_run_that_ended_makes_room_for_the_next(job: Job, video: Video, ended: str):
    Job.objects.filter(pk=job.pk).update(state=ended)

    assert queue.submit(video.owner_id, video.id, Job.Kind.RUN).state == "queued"


def test_exports_do_not_wait_for_each_other(job: Job, video: Video):
    for _ in range(3):
        assert queue.submit(video.owner_id, video.id, Job.Kind.EXPORT).queue == "media"


def test_the_database_itself_refuses_a_second_active_run(job: Job, video: Video):
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(owner_id=video.owner_id, video=video, kind=Job.Kind.RUN, queue=Job.Queue.GPU)


MOVES = {  # from where, by which wish: where it goes at once, what its worker is told; None is refused
    "queued": {"pause": ("paused", "pause"), "resume": ("queued", "run"), "cancel": ("cancelled", "cancel")},
    "running": {"pause": ("running", "pause"), "resume": ("running", "run"), "cancel": ("running", "cancel")},
    "paused": {"pause": ("paused", "run"), "resume": ("queued", "run"), "cancel": ("cancelled", "cancel")},
    "done": {"pause": None, "resume": None, "cancel": None},
    "failed": {"pause": None, "resume": None, "cancel": None},
    "cancelled": {"pause": None, "resume": None, "cancel": ("cancelled", "run")},
}


@pytest.mark.parametrize("there", list(MOVES))
@pytest.mark.parametrize("wish", ["pause", "resume", "cancel"])
def test_a_wish_moves_a_job_or_is_refused(job: Job, there: str, wish: str):
    Job.objects.filter(pk=job.pk).update(state=there)
    expected = MOVES[there][wish]

    if expected is None:
        with pytest.raises(WrongState, match=f"a job that is {there} cannot"):
            getattr(queue, wish)(job)
        assert state(job) == there
    else:
        moved = getattr(queue, wish)(job)
        assert (moved.state, moved.wanted) == expected


def test_each_move_takes_a_revision_that_pages_look_for(job: Job, video: Video):
    revisions = [job.revision]
    for wish in (queue.pause, queue.resume, queue.cancel):
        revisions.append(wish(job).revision)

    assert revisions == [1, 2, 3, 4]


@pytest.mark.django_db(transaction=True)
def test_a_job_is_rung_for_after_its_transaction_and_not_before(ann: User, monkeypatch: pytest.MonkeyPatch):
    video = Video.objects.create(owner=ann, title="a clip")
    rung: list[bool] = []
    monkeypatch.setattr(queue, "ring", lambda job: rung.append(Job.objects.filter(pk=job.pk).exists()))

    with transaction.atomic():
        queue.submit(ann.pk, video.id, Job.Kind.RUN)
        assert rung == []
    assert rung == [True]
    with pytest.raises(RuntimeError), transaction.atomic():
        queue.submit(ann.pk, video.id, Job.Kind.EXPORT)
        raise RuntimeError
    assert rung == [True]


@pytest.mark.django_db(transaction=True)
def test_a_revision_outside_the_transaction_of_its_change_is_refused(ann: User):
    video = Video.objects.create(owner=ann, title="a clip")

    with pytest.raises(AssertionError, match="belongs to the transaction"):
        next_revision(video.id)


@pytest.mark.django_db(transaction=True)
def test_revisions_taken_at_once_are_all_different(ann: User):
    video = Video.objects.create(owner=ann, title="a clip")

    def take() -> int:
        with transaction.atomic():
            return next_revision(video.id)

    assert sorted(at_once(10, take)) == list(range(1, 11))


def test_a_run_whose_worker_fell_silent_is_called_interrupted_until_another_goes_on(job: Job, settings):
    lease = held(job)
    assert not queue.interrupted(fresh(job))

    third = timedelta(seconds=settings.STUDIO_LEASE_SECONDS / 3)
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() + third * 0.9)
    assert queue.interrupted(fresh(job))
    lease.renew()
    assert not queue.interrupted(fresh(job))

    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - third)
    reap()
    assert fresh(job).state == Job.State.QUEUED
    assert queue.interrupted(fresh(job))
    held(job)
    assert not queue.interrupted(fresh(job))


def test_a_run_that_was_paused_or_has_not_begun_is_not_interrupted(job: Job):
    assert not queue.interrupted(fresh(job))
    held(job).stop()

    assert fresh(job).state == Job.State.QUEUED
    assert not queue.interrupted(fresh(job))


def fresh(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)
