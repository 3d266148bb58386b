"""A clip, jobs on it, and tables that threads can share."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection

from studio.jobs.models import Job
from studio.jobs.queue import submit
from studio.library.models import Video


@pytest.fixture
def video(ann: User) -> Video:
    return Video.objects.create(owner=ann, title="a clip")


@pytest.fixture
def job(video: Video) -> Job:
    return submit(video.owner_id, video.id, Job.Kind.RUN, total=100)


def at_once(count: int, ask: Callable[[], object]) -> list[object]:
    """What so many threads are answered that ask at the same moment; a fault is its answer."""
    gate, answers = threading.Barrier(count), []

    def asked() -> None:
        gate.wait(10)
        try:
            answers.append(ask())
        except Exception as fault:  # noqa: BLE001  it is looked at by the test
            answers.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=asked) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
