"""The gpu queue's doorbell."""

from uuid import UUID

from celery import current_app, shared_task
from celery.signals import worker_process_init

from studio.jobs.lease import work


@shared_task(name="studio.runs.tasks.run")
def run(job_id: str) -> bool:
    """Do the job, if it is still there to be done; False when it was not."""
    from studio.runs.track import follow  # torch is loaded by the process that tracks, after its fork

    return work(UUID(job_id), follow)


@worker_process_init.connect
def load_default_weights(**_: object) -> None:
    """A process of the gpu queue has its tracker ready before its first job, so that a first mask is there at once."""
    if "gpu" in current_app.amqp.queues.consume_from:
        from studio.runs.track import warm_up

        warm_up()
