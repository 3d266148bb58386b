"""Runs that a project file's masks came from: kept as runs that are over, for exports to tell of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.apps import apps
from django.utils import timezone

from studio.imports.reading import ReadRun
from studio.jobs.models import Job
from studio.library.models import Video
from studio.scenes.models import Subject


def keep_runs(video: Video, runs: Sequence[ReadRun | None], subjects: Mapping[int, Subject]) -> list[UUID | None]:
    """A row for each run that the file knows, with ids of its own; `subjects` by the file's numbers."""
    return [None if run is None else _kept(video, run, subjects) for run in runs]


def _kept(video: Video, run: ReadRun, subjects: Mapping[int, Subject]) -> UUID:
    table = apps.get_model("runs", "Run")._default_manager  # runs and imports stand side by side and import neither
    now = timezone.now()
    job = Job.objects.create(
        owner_id=video.owner_id,
        video=video,
        kind=Job.Kind.RUN,
        queue=Job.Queue.GPU,
        state=Job.State.DONE,
        progress=1.0,
        ended=now,
    )
    row = table.create(
        job=job,
        video=video,
        direction=run.direction,
        first_frame=run.first_frame,
        last_frame=run.last_frame,
        weights=run.weights,
        profile=run.profile,
        subjects=[str(subjects[number].id) for number in run.objects if number in subjects],
        prompts=[],
    )
    table.filter(pk=row.pk).update(created=_moment(run.created, now))
    key: UUID = row.pk
    return key


def _moment(text: str, otherwise: datetime) -> datetime:
    """When it was, so that it is never taken for the newest; now where the file does not say."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return otherwise
    return min(found, otherwise) if found.tzinfo is not None else otherwise
