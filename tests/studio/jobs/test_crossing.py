"""A worker and a person who write the same clip and the same job at the same moment."""

from __future__ import annotations

import threading
from contextlib import suppress

import pytest
from django.db import connection

from studio.jobs import queue
from studio.jobs.errors import Cancelled, Paused
from studio.jobs.lease import claim
from studio.jobs.models import Job
from studio.library import clips
from studio.library.models import Video


@pytest.mark.django_db(transaction=True)
def test_a_person_who_changes_clip_and_job_never_waits_crosswise_with_the_worker(video: Video, job: Job):
    """PostgreSQL ends one of two transactions that lock clip and job in opposite orders; SQLite has one writer."""
    lease = claim(job.id)
    assert lease is not None
    faults: list[BaseException] = []
    stop = threading.Event()

    def commit() -> None:
        done = 0
        try:
            while not stop.is_set():
                done += 1
                with lease.commit(done % 100, 100), suppress(Paused, Cancelled):
                    lease.look()
        except Exception as fault:  # noqa: BLE001  it is looked at below
            faults.append(fault)
        finally:
            connection.close()

    worker = threading.Thread(target=commit)
    worker.start()
    try:
        for _ in range(30):
            with clips.change(video):
                queue.pause(job)
            queue.resume(job)
    finally:
        stop.set()
        worker.join(timeout=30)

    assert faults == []
    assert Job.objects.get(pk=job.pk).furthest > 0
