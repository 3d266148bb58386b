"""A clip and a job on it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from studio.jobs.models import Job
from studio.jobs.queue import submit
from studio.library.models import Video

from ..live.conftest import valkey

__all__ = ["valkey"]  # a fixture


@pytest.fixture
def video(ann: User) -> Video:
    return Video.objects.create(owner=ann, title="a clip")


@pytest.fixture
def job(video: Video) -> Job:
    return submit(video.owner_id, video.id, Job.Kind.RUN, total=100)
