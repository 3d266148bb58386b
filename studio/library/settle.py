"""What becomes of a clip whose ingest ended without it: it says why, in the job's own words."""

from __future__ import annotations

from uuid import UUID

import structlog
from django.db.models import Exists, OuterRef

from studio.jobs.models import Job
from studio.library.clips import UNFINISHED, change
from studio.library.models import Video

logger = structlog.get_logger(__name__)

_CANCELLED = ("cancelled", "Taking this clip in was cancelled. Delete it, or send it again.")


def settle_ingests(video_id: UUID | None = None) -> int:
    """Call every clip failed whose last ingest failed or was cancelled, or this one only; return how many.

    A worker does so after each ingest. A worker that is gone, or a cancelled job that none had begun, leaves it to the
    reaper. Deleted clips wait: who restores one wants it taken in.
    """
    ingests = Job.objects.filter(video=OuterRef("pk"), kind=Job.Kind.INGEST)
    left = Video.objects.filter(~Exists(ingests.filter(state__in=Job.ACTIVE)), Exists(ingests))
    left = left.filter(state__in=UNFINISHED, deleted_at=None)
    if video_id is not None:
        left = left.filter(pk=video_id)
    return sum(_settle(video) for video in left)


def _settle(video: Video) -> bool:
    with change(video) as revision:  # locks the clip: nobody submits another ingest meanwhile
        ingests = Job.objects.filter(video=video, kind=Job.Kind.INGEST)
        if ingests.filter(state__in=Job.ACTIVE).exists():
            return False
        last = ingests.latest("created")
        code, error = (last.error_code, last.error) if last.state == Job.State.FAILED else _CANCELLED
        rows = Video.objects.filter(pk=video.pk, state__in=UNFINISHED, deleted_at=None)
        settled = rows.update(state=Video.State.FAILED, error_code=code, error=error, row_revision=revision)
    logger.info("clip not taken in", video=str(video.pk), code=code)
    return bool(settled)
