"""The media queue's doorbell for ingests."""

from uuid import UUID

from celery import shared_task

from studio.jobs.lease import work
from studio.library.ingest import take
from studio.library.settle import settle_ingests


@shared_task(name="studio.library.tasks.ingest")
def ingest(job_id: str) -> bool:
    """Do the job, if it is still there to be done, and let its clip say how it ended. False when it was not."""
    done = work(UUID(job_id), take)
    settle_ingests()
    return done
