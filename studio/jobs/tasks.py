"""The bell of a queue: whoever hears it does one job, that of the person whose turn it is."""

from __future__ import annotations

from celery import current_app, shared_task

from studio.jobs.line import in_line
from studio.jobs.queue import TASKS


@shared_task(name="studio.jobs.tasks.turn")
def turn(queue: str) -> None:
    """Do the next job of the queue's line; one that somebody else took meanwhile is passed over."""
    for waiting in in_line(queue):
        done = current_app.tasks[TASKS[waiting.kind]](str(waiting.job_id))
        assert isinstance(done, bool), f"the task of a {waiting.kind.label.lower()} does not say whether it had the job"
        if done:
            return
