"""Holding a job: one conditional UPDATE takes it, every write carries the token, silence gives it up.

A worker's whole life with a job is `work(job_id, body)`; the body reports, commits and looks through its Lease.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from studio.jobs.errors import Cancelled, JobFault, LeaseLost, Paused
from studio.jobs.line import MOST_ATTEMPTS
from studio.jobs.models import Job
from studio.jobs.queue import tell_pages
from studio.jobs.revisions import hold, next_revision
from studio.jobs.spent import note_work
from studio.jobs.tally import count

logger = structlog.get_logger(__name__)

LOOK_EVERY_S = 0.25  # how often a worker may ask the database whether it should stop
REPORT_EVERY_S = 0.125  # progress writes that only a person watches

_WISHES = (
    (Job.Wanted.PAUSE, Job.State.PAUSED),
    (Job.Wanted.CANCEL, Job.State.CANCELLED),
    (Job.Wanted.RUN, Job.State.QUEUED),
)


@dataclass(slots=True)
class Lease:
    """A claimed job. Only the worker that made the claim has one; a lost claim shows as LeaseLost at the next write."""

    job: Job
    token: UUID
    lost: threading.Event = field(default_factory=threading.Event)
    _moved: float = field(default_factory=time.monotonic)  # when the body was last heard of
    _looked: float = 0.0
    _reported: float = 0.0

    def look(self) -> None:
        """Raise Paused, Cancelled or LeaseLost when the work should stop; cheap enough to call every frame."""
        self._moved = time.monotonic()
        if self.lost.is_set():
            raise LeaseLost(f"job {self.job.id} is no longer ours")
        now = time.monotonic()
        if now - self._looked < LOOK_EVERY_S:
            return
        self._looked = now
        wanted = self._held().values_list("wanted", flat=True).first()
        if wanted is None:
            raise LeaseLost(f"job {self.job.id} is no longer ours")
        if wanted == Job.Wanted.PAUSE:
            raise Paused
        if wanted == Job.Wanted.CANCEL:
            raise Cancelled

    def report(self, done: int, total: int, *, fps: float | None = None, seconds_left: float | None = None) -> None:
        """Say how far the work is, at most eight times a second, and look. What it says may be lost."""
        self.look()
        now = time.monotonic()
        if now - self._reported < REPORT_EVERY_S and done < total:
            return
        self._reported = now
        self._write(done=done, total=total, progress=_share(done, total), fps=fps, seconds_left=seconds_left)
        tell_pages(self.job)

    @contextmanager
    def commit(
        self, done: int, total: int, *, fps: float | None = None, seconds_left: float | None = None
    ) -> Iterator[int]:
        """One transaction that carries the token and yields the clip's next revision; what is written in it stands.

        Getting further than ever before forgives earlier attempts: only a job that dies at one place is given up.
        """
        self._moved = time.monotonic()
        with transaction.atomic():
            revision = next_revision(self.job.video_id)  # the clip before the job, as everybody locks them
            self._write(done=done, total=total, progress=_share(done, total), fps=fps, seconds_left=seconds_left)
            if self._held().filter(furthest__lt=done).update(furthest=done, attempt=1):
                self.job.furthest, self.job.attempt = done, 1
            yield revision
        self._reported = time.monotonic()
        tell_pages(self.job)

    @property
    def still_s(self) -> float:
        """How long the body has neither looked nor committed."""
        return time.monotonic() - self._moved

    def renew(self) -> bool:
        """Hold the job for another lease; False when it is held no more."""
        if self._held().update(lease_until=timezone.now() + _lease_time()):
            return True
        self.lost.set()
        return False

    def end(self, state: Job.State, code: str = "", error: str = "") -> bool:
        """Give the job up in this state; False when it was no longer ours to end."""
        return self._give_up(self._held(), state, error_code=code, error=error)

    def stop(self) -> None:
        """Leave the job where its person wants it, as if this attempt had not been: paused, cancelled, or in line.

        What the person wants is asked in the same UPDATE: a wish that has changed since the last look counts.
        """
        held = self._held()
        while held.exists():
            for wanted, state in _WISHES:  # in line, nobody has rung yet: whoever looks after the queue does so at once
                if self._give_up(held.filter(wanted=wanted), state, attempt=F("attempt") - 1, rung=None):
                    return

    def _give_up(self, held: QuerySet[Job], state: Job.State, **fields: object) -> bool:
        gone: dict[str, object] = {"lease_token": None, "lease_until": None, "seconds_left": None, **fields}
        if state in (Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED):
            gone["ended"] = timezone.now()
        if state == Job.State.DONE:
            gone["progress"] = 1.0
        with transaction.atomic():
            hold(self.job.video_id)
            if not held.update(state=state, **gone):
                return False
            Job.objects.filter(pk=self.job.pk).update(revision=next_revision(self.job.video_id))
            note_work(self.job)
            if "ended" in gone:
                count("jobs_ended", f"{self.job.kind},{state},{fields.get('error_code', '')}")
        tell_pages(self.job)
        return True

    def _held(self) -> QuerySet[Job]:
        return Job.objects.filter(pk=self.job.pk, lease_token=self.token, state=Job.State.RUNNING)

    def _write(self, **fields: object) -> None:
        if not self._held().update(lease_until=timezone.now() + _lease_time(), **fields):
            self.lost.set()
            raise LeaseLost(f"job {self.job.id} is no longer ours")


def claim(job_id: UUID) -> Lease | None:
    """Take a queued job, or None when it is not there to be taken: any number may try, one gets it."""
    token = uuid4()
    now = timezone.now()
    job = Job.objects.filter(pk=job_id).first()
    if job is None:
        return None
    with transaction.atomic():
        hold(job.video_id)
        taken = Job.objects.filter(pk=job_id, state=Job.State.QUEUED, wanted=Job.Wanted.RUN, attempt__lt=MOST_ATTEMPTS)
        if not taken.update(
            state=Job.State.RUNNING,
            lease_token=token,
            lease_until=now + _lease_time(),
            attempt=F("attempt") + 1,
            started=now,
            error_code="",
            error="",
        ):
            return None
        job.refresh_from_db()
        job.revision = next_revision(job.video_id)
        job.save(update_fields=["revision"])
    tell_pages(job)
    return Lease(job, token)


def work(job_id: UUID, body: Callable[[Lease], None]) -> bool:
    """Claim the job, do `body`, and leave the job in the state that says how it went. False when it was not to be had.

    Every fault ends in the row: a JobFault with its own code and sentence, memory and the unexpected with ours. A stop
    of the worker (SystemExit, KeyboardInterrupt) puts the job back in line before it goes on its way.
    """
    lease = claim(job_id)
    if lease is None:
        return False
    log = logger.bind(attempt=lease.job.attempt)
    with structlog.contextvars.bound_contextvars(job=str(job_id), kind=lease.job.kind), _renewing(lease):
        try:
            log.info("job claimed")
            body(lease)
            lease.end(Job.State.DONE)
            log.info("job done")
        except (Paused, Cancelled):
            lease.stop()
        except LeaseLost:
            log.warning("lease lost")
        except JobFault as fault:
            log.info("job refused", code=fault.code)
            lease.end(Job.State.FAILED, fault.code, fault.message)
        except MemoryError:  # must not reach Celery: its main process would stop for it
            log.error("out of memory")
            lease.end(Job.State.FAILED, "memory", "This needs more memory than this server gives.")
        except (SystemExit, KeyboardInterrupt):
            lease.stop()
            raise
        except Exception:
            log.exception("job broke")
            lease.end(
                Job.State.FAILED, "internal", "Something went wrong on the server; the operator's log has the details."
            )
    return True


@contextmanager
def _renewing(lease: Lease) -> Iterator[None]:
    """Renew from a thread of its own while the body works, as one call of the body may take longer than a lease.

    A body that hangs in foreign code can be stopped by nobody: its job fails with a sentence, and its process ends.
    """
    stop = threading.Event()

    def renew() -> None:
        while not stop.wait(settings.STUDIO_LEASE_SECONDS / 3):
            try:
                if lease.still_s > settings.STUDIO_STUCK_SECONDS:
                    _give_up_stuck(lease)
                    return
                if not lease.renew():
                    return
            except DatabaseError as fault:
                logger.warning("lease not renewed", job=str(lease.job.id), reason=str(fault))
        connection.close()

    thread = threading.Thread(target=renew, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=5)


def _give_up_stuck(lease: Lease) -> None:
    stuck_s = settings.STUDIO_STUCK_SECONDS
    logger.error("job stuck", job=str(lease.job.id), seconds=round(lease.still_s))
    lease.end(Job.State.FAILED, "stuck", f"This made no headway for {stuck_s:.0f} seconds, so it was given up.")
    lease.lost.set()
    end_this_process()


def end_this_process() -> None:
    """Make room for a fresh one: whoever started this worker process starts another."""
    os.kill(os.getpid(), signal.SIGKILL)


def _lease_time() -> timedelta:
    return timedelta(seconds=settings.STUDIO_LEASE_SECONDS)


def _share(done: int, total: int) -> float:
    return min(1.0, done / total) if total else 0.0
