"""What people and pages do with jobs: submit, pause, resume, cancel; and the doorbell."""

from datetime import timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis import Redis, RedisError

from studio.announce import announce, library_group, video_group
from studio.jobs.errors import AlreadyActive, WrongState
from studio.jobs.models import Job
from studio.jobs.revisions import hold, next_revision

logger = structlog.get_logger(__name__)

TURN = "studio.jobs.tasks.turn"
TASKS = {  # by name: this floor imports none of the apps that do the work
    Job.Kind.INGEST: "studio.library.tasks.ingest",
    Job.Kind.RUN: "studio.runs.tasks.run",
    Job.Kind.EXPORT: "studio.exports.tasks.export",
    Job.Kind.IMPORT: "studio.imports.tasks.import_file",
}
QUEUES = {
    Job.Kind.INGEST: Job.Queue.MEDIA,
    Job.Kind.RUN: Job.Queue.GPU,
    Job.Kind.EXPORT: Job.Queue.MEDIA,
    Job.Kind.IMPORT: Job.Queue.MEDIA,
}


def submit(owner_id: int, video_id: UUID, kind: Job.Kind, *, total: int = 0) -> Job:
    """Put a job in line, inside the caller's transaction if there is one; workers hear of it after the commit.

    A clip has one active ingest and one active run at most: AlreadyActive.
    """
    try:
        with transaction.atomic():
            job = Job(
                owner_id=owner_id, video_id=video_id, kind=kind, queue=QUEUES[kind], total=total, rung=timezone.now()
            )
            job.revision = next_revision(video_id)
            job.save(force_insert=True)
    except IntegrityError as fault:
        if not Job.objects.filter(video_id=video_id, kind=kind, state__in=Job.ACTIVE).exists():
            raise
        raise AlreadyActive(f"this clip already has an unfinished {kind.label.lower()}") from fault
    transaction.on_commit(lambda: ring(job))
    return job


def ring(job: Job) -> None:
    """Tell the workers of the job's queue that somebody waits, and the pages that the job changed.

    Whoever hears it does the job whose turn it is (line.py), maybe another. Losing this costs time, never the job.
    """
    from studio.worker import app

    try:
        app.send_task(TURN, args=[job.queue], queue=job.queue, retry=False, ignore_result=True)
    except (OperationalError, OSError) as fault:
        logger.warning("doorbell unheard", job=str(job.id), reason=str(fault))
    tell_pages(job)


def tell_pages(job: Job) -> None:
    """Hint the pages of the job's clip and of its owner's library to look."""
    for group in (video_group(job.video_id), library_group(job.owner_id)):
        announce(group, {"type": "look", "video": str(job.video_id), "job": str(job.id)})


def pause(job: Job) -> Job:
    """Ask for a pause: at once when the job waits, at the worker's next look when it runs."""
    if _move(job, [Job.State.QUEUED], state=Job.State.PAUSED, wanted=Job.Wanted.PAUSE):
        return _told(job)
    if _move(job, [Job.State.RUNNING], wanted=Job.Wanted.PAUSE) or _is(job, Job.State.PAUSED):
        return _told(job)
    raise WrongState(f"a job that is {_state(job)} cannot be paused.")


def resume(job: Job) -> Job:
    """Put a paused job back in line, where it goes on from its last commit."""
    if _move(job, [Job.State.PAUSED], state=Job.State.QUEUED, wanted=Job.Wanted.RUN, rung=timezone.now()):
        job.refresh_from_db()
        transaction.on_commit(lambda: ring(job))
        return job
    if _move(job, [Job.State.RUNNING], wanted=Job.Wanted.RUN) or _is(job, Job.State.QUEUED):
        return _told(job)
    raise WrongState(f"a job that is {_state(job)} cannot go on.")


def cancel(job: Job) -> Job:
    """Ask for the end: at once when nobody works on it, at the worker's next look when somebody does."""
    waiting = [Job.State.QUEUED, Job.State.PAUSED]
    if _move(job, waiting, state=Job.State.CANCELLED, wanted=Job.Wanted.CANCEL, ended=timezone.now()):
        return _told(job)
    if _move(job, [Job.State.RUNNING], wanted=Job.Wanted.CANCEL) or _is(job, Job.State.CANCELLED):
        return _told(job)
    raise WrongState(f"a job that is {_state(job)} cannot be cancelled.")


def bells_unheard(queue: str) -> int | None:
    """How many bells of a queue no worker has heard yet, since all are at work; None when the broker is away."""
    from studio.worker import BELLS

    try:
        with Redis.from_url(settings.STUDIO_REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as broker:
            return int(broker.llen(f"{BELLS}{queue}"))
    except RedisError:
        return None


def interrupted(job: Job) -> bool:
    """Whether its worker fell silent and nobody has gone on with it yet.

    A worker renews its lease three times in a lease's time, so one that has missed two renewals is most likely gone.
    """
    if job.state == Job.State.QUEUED:
        return job.attempt > 0  # a worker that ends in peace takes its attempt back
    if job.state != Job.State.RUNNING:
        return False
    return job.lease_until is None or job.lease_until < timezone.now() + timedelta(
        seconds=settings.STUDIO_LEASE_SECONDS / 3
    )


def _move(job: Job, states: list[Job.State], **fields: object) -> bool:
    """One conditional UPDATE with the clip's next revision; False when the job was in none of these states."""
    with transaction.atomic():
        hold(job.video_id)
        if not Job.objects.filter(pk=job.pk, state__in=states).update(**fields):
            return False
        Job.objects.filter(pk=job.pk).update(revision=next_revision(job.video_id))
    return True


def _state(job: Job) -> str:
    return Job.objects.values_list("state", flat=True).get(pk=job.pk)


def _is(job: Job, state: Job.State) -> bool:
    return _state(job) == state


def _told(job: Job) -> Job:
    job.refresh_from_db()
    transaction.on_commit(lambda: tell_pages(job))
    return job
