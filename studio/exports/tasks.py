"""The media queue's doorbell for exports."""

from uuid import UUID

from celery import shared_task

from studio.jobs.lease import work


@shared_task(name="studio.exports.tasks.export")
def export(job_id: str) -> bool:
    """Do the job, if it is still there to be done; False when it was not."""
    from studio.exports.make import make  # cv2 and the codecs are loaded by the process that writes, after its fork

    return work(UUID(job_id), make)
