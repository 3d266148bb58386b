"""The Celery application: it rings, and keeps nothing. What is to be done stands in the jobs table."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from types import FrameType
from typing import TYPE_CHECKING

from celery import Celery
from celery.signals import setup_logging, worker_process_init, worker_ready
from celery.worker.consumer import Consumer

if TYPE_CHECKING:
    from celery.worker.consumer import Consumer

from studio.env import read_environment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")

os.environ.setdefault(
    "REMAP_SIGTERM", "SIGQUIT"
)  # Celery's own switch: told to stop, a worker does not wait for its jobs

os.environ.setdefault("CELERY_SKIP_CHECKS", "1")  # it throws away what Django's checks say, and loads the web for them

LONGEST_JOB_S = 12 * 3600  # far above any real job: Redis must never hand a running one out again
BELLS = "studio.celery."  # before the names of the broker's lists
_PR_SET_PDEATHSIG = 1

app = Celery("studio")
app.conf.update(
    broker_url=read_environment().redis,
    broker_transport_options={
        "visibility_timeout": LONGEST_JOB_S,
        "socket_connect_timeout": 2,
        "max_retries": 0,  # of a ring: the page that rings does not wait for a broker that is away
        "interval_start": 0,
        "global_keyprefix": BELLS,
    },
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    result_backend=None,
    task_ignore_result=True,
    task_acks_late=False,  # a task that takes its worker down must not be handed to the next one
    task_reject_on_worker_lost=False,
    task_default_queue="media",
    task_serializer="json",
    accept_content=["json"],
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_proc_alive_timeout=120.0,  # a process of the gpu queue loads torch and the default weights before it says so
    timezone="UTC",
)
app.autodiscover_tasks(["studio.jobs", "studio.library", "studio.runs", "studio.exports", "studio.imports"])


@setup_logging.connect
def _keep_our_logging(**_: object) -> None:
    """Stop Celery from replacing the logging that settings.py configures."""


@worker_process_init.connect
def _give_back_when_stopped(**_: object) -> None:
    """A stop, or the end of the main process, raises SystemExit in the job: it goes back in line (jobs/lease.py)."""
    signal.signal(signal.SIGTERM, _stop)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


@worker_ready.connect
def _say_it_is_there(sender: Consumer, **_: object) -> None:
    """Whether anybody works on a queue is asked by `/readyz` and the status page."""
    from studio.jobs.workers import keep_saying  # settings are ready by now

    keep_saying(sender.app.amqp.queues.consume_from)


def _stop(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)
