"""Working on a run, to its end or to a death on the way, and what it found."""

from __future__ import annotations

import pytest

from studio.jobs.lease import work
from studio.jobs.models import Job
from studio.library.models import Video
from studio.runs.models import Run
from studio.runs.track import follow
from studio.scenes.models import Mask
from tracking import Tracker

FRAMES = 20  # of the clip


def finish(run: Run) -> Job:
    work(run.job_id, follow)
    return Job.objects.get(pk=run.job_id)


def masks(video: Video) -> list[tuple[int, int, bytes]]:
    rows = Mask.objects.filter(subject__video=video).order_by("subject__number", "frame")
    return [(row.subject.number, row.frame, bytes(row.counts)) for row in rows.select_related("subject")]


def stop_after(monkeypatch, steps: int, run: Run) -> None:
    """Work on the run until the tracker has stepped so often, and die there."""
    step, left = Tracker.conclude, steps

    def stopped(self, searched, tracks):
        nonlocal left
        left -= 1
        if left < 0:
            raise SystemExit(0)
        return step(self, searched, tracks)

    with monkeypatch.context() as patch:
        patch.setattr(Tracker, "conclude", stopped)
        with pytest.raises(SystemExit):
            work(run.job_id, follow)
