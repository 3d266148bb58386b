"""Clips that nobody opens for long: marked with the day they go, shown to their person, and deleted when it comes.

Off unless STUDIO_KEEP_UNOPENED_DAYS says otherwise. A clip counts as used by its page, by a job for it and by a change
to its scene. From the mark on there is always the whole notice, also where the setting is new or the reaper was away;
what goes is deleted as a person deletes, and can be restored as long as that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from studio.jobs.models import Job
from studio.library.clips import change
from studio.library.models import Video

logger = structlog.get_logger(__name__)

NOTED_EVERY = timedelta(hours=1)  # a clip that is opened again and again is written to so often at most


@dataclass(frozen=True, slots=True)
class Kept:
    """How many clips were marked, how many kept after all, and how many went."""

    marked: int
    kept: int
    gone: int


def look_after_unopened(now: datetime) -> Kept:
    """What is due by this clock: marks for clips whose last days begin, no marks where there was use, deletion."""
    days = settings.STUDIO_KEEP_UNOPENED_DAYS
    if not days:
        return Kept(0, _unmark(_there().exclude(goes_at=None)), 0)
    notice = timedelta(days=min(settings.STUDIO_NOTICE_DAYS, days))
    unused = _unused_since(now - timedelta(days=days) + notice)
    kept = _unmark(_there().exclude(goes_at=None).exclude(pk__in=unused.values("pk")))
    gone = sum(_go(video, now) for video in unused.filter(goes_at__lte=now))
    marked = sum(_mark(video, now + notice) for video in unused.filter(goes_at=None))
    if marked or kept or gone:
        logger.info("unopened clips", marked=marked, kept=kept, gone=gone)
    return Kept(marked, kept, gone)


def keep(video: Video) -> Video:
    """Its person says that it stays: its time begins anew."""
    with change(video) as revision:
        Video.objects.filter(pk=video.pk).update(opened=timezone.now(), goes_at=None, row_revision=revision)
    video.refresh_from_db()
    return video


def note_opened(video: Video) -> None:
    """Its page was opened."""
    if video.goes_at is not None:
        keep(video)
    elif timezone.now() - video.opened > NOTED_EVERY:
        Video.objects.filter(pk=video.pk).update(opened=timezone.now())


def _there() -> QuerySet[Video]:
    return Video.objects.filter(deleted_at=None)


def _unused_since(moment: datetime) -> QuerySet[Video]:
    """Clips that nobody opened and nothing was done with."""
    used = Q(jobs__state__in=Job.ACTIVE) | Q(jobs__created__gte=moment) | Q(steps__created__gte=moment)
    return _there().filter(opened__lt=moment).exclude(pk__in=Video.objects.filter(used).values("pk"))


def _mark(video: Video, goes_at: datetime) -> bool:
    with change(video) as revision:
        there = _there().filter(pk=video.pk, goes_at=None, opened=video.opened)
        return bool(there.update(goes_at=goes_at, row_revision=revision))


def _unmark(videos: QuerySet[Video]) -> int:
    for video in videos:
        with change(video) as revision:
            Video.objects.filter(pk=video.pk).update(goes_at=None, row_revision=revision)
    return len(videos)


def _go(video: Video, now: datetime) -> bool:
    """Delete it, unless its person came at the last moment."""
    with change(video) as revision:
        gone = _there().filter(pk=video.pk, goes_at__lte=now, opened=video.opened)
        if not gone.update(deleted_at=now, goes_at=None, row_revision=revision):
            return False
    logger.info("clip went unopened", video=str(video.id))
    return True
