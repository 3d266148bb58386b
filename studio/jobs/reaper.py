"""What nobody else does: take back expired leases, ring again for jobs nobody came for."""

from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from studio.jobs.line import MOST_ATTEMPTS
from studio.jobs.models import Job
from studio.jobs.queue import bells_unheard, ring, tell_pages
from studio.jobs.revisions import hold, next_revision
from studio.jobs.spent import note_work
from studio.jobs.tally import count

logger = structlog.get_logger(__name__)

RING_AGAIN = timedelta(seconds=4)  # a queued job that no worker came for; the bell may have been lost
MOST_RINGS = 4  # at once, of a queue: each bell that is heard is one job, and more are rung when these are


def reap() -> int:
    """Take back every job whose worker fell silent; return how many. Attempt four is a failure with a reason."""
    now = timezone.now()
    silent = Job.objects.filter(state=Job.State.RUNNING).filter(Q(lease_until__lt=now) | Q(lease_until=None))
    taken = 0
    for job in silent:
        fields = _after_silence(job)
        with transaction.atomic():
            hold(job.video_id)
            still = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, lease_token=job.lease_token)
            if not still.filter(lease_until=job.lease_until).update(**fields, lease_token=None, lease_until=None):
                continue  # its worker spoke after all
            Job.objects.filter(pk=job.pk).update(revision=next_revision(job.video_id))
        taken += 1
        count("take_overs", job.kind)
        if job.lease_until is not None:
            note_work(job, ended=job.lease_until - timedelta(seconds=settings.STUDIO_LEASE_SECONDS))
        logger.warning("job taken back", job=str(job.pk), attempt=job.attempt, now=str(fields["state"]))
        job.refresh_from_db()
        if job.state == Job.State.QUEUED:
            ring(job)
        else:
            tell_pages(job)
    return taken


def ring_again() -> int:
    """Ring for queued jobs whose last ring is old: a restarted broker or a killed worker forgets, the table does not.

    Not while bells hang that nobody has heard yet: then every worker is at work. Returns how many.
    """
    now = timezone.now()
    rung = 0
    for queue in Job.Queue.values:
        waiting = Job.objects.filter(queue=queue, state=Job.State.QUEUED)
        overdue = list(waiting.filter(Q(rung__lt=now - RING_AGAIN) | Q(rung=None))[:MOST_RINGS])
        if not overdue or bells_unheard(queue):
            continue
        for job in overdue:
            if waiting.filter(pk=job.pk).update(rung=now):
                ring(job)
                rung += 1
    return rung


def _after_silence(job: Job) -> dict[str, object]:
    """Where a job goes whose worker fell silent."""
    now = timezone.now()
    if job.wanted == Job.Wanted.CANCEL:
        return {"state": Job.State.CANCELLED, "ended": now}
    if job.wanted == Job.Wanted.PAUSE:
        return {"state": Job.State.PAUSED}
    if job.attempt >= MOST_ATTEMPTS:
        reason = f"The worker stopped {job.attempt} times at the same place, so this was given up."
        return {"state": Job.State.FAILED, "ended": now, "error_code": "gave-up", "error": reason}
    return {"state": Job.State.QUEUED, "rung": now}
