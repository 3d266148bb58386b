"""The media queue's doorbell for exports."""

from uuid import UUID

from celery import current_app, shared_task
from celery.signals import worker_process_init

from studio.jobs.lease import work


@shared_task(name="studio.exports.tasks.export")
def export(job_id: str) -> bool:
    """Do the job, if it is still there to be done; False when it was not."""
    from studio.exports.make import make
    from studio.exports.writing import keep_one_ready  # cv2 and the codecs are loaded after the fork

    try:
        return work(UUID(job_id), make)
    finally:
        keep_one_ready()  # the next export's


@worker_process_init.connect
def have_a_writer_ready(**_: object) -> None:
    """A process of the media queue has the child of its first export started, so that nobody waits for it."""
    if "media" in current_app.amqp.queues.consume_from:
        from studio.exports.writing import keep_one_ready

        keep_one_ready()
