"""Runs that a project file's masks came from: kept as runs that are over, for exports to tell of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.apps import apps
from django.utils import timezone

from studio.imports.reading import ReadRun
from studio.jobs.models import Job
from studio.library.models import Video
from studio.scenes.models import Subject


def ids_of(runs: Sequence[ReadRun | None]) -> list[UUID | None]:
    """An id for each run that the file knows."""
    return [None if run is None else uuid4() for run in runs]


def keep_runs(
    video: Video, runs: Sequence[ReadRun | None], ids: Sequence[UUID | None], subjects: Mapping[int, Subject]
) -> None:
    """A row for each run that the file knows, with these ids; `subjects` by the file's numbers."""
    for run, key in zip(runs, ids, strict=True):
        if run is not None and key is not None:
            _keep(video, run, key, subjects)


def _keep(video: Video, run: ReadRun, key: UUID, subjects: Mapping[int, Subject]) -> None:
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
        pk=key,
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


def _moment(text: str, otherwise: datetime) -> datetime:
    """When it was, so that it is never taken for the newest; now where the file does not say."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return otherwise
    return min(found, otherwise) if found.tzinfo is not None else otherwise
