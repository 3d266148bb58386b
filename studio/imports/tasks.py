"""The media queue's doorbell for imports."""

from uuid import UUID

from celery import shared_task

from studio.jobs.lease import work


@shared_task(name="studio.imports.tasks.import_file")
def import_file(job_id: str) -> bool:
    """Do the job, if it is still there to be done; False when it was not."""
    from studio.imports.work import do  # cv2 is loaded by the process that reads, after its fork

    return work(UUID(job_id), do)
