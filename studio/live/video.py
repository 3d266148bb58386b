"""What a page of one clip has been told, and what it has not."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import QuerySet

from studio.access import jobs_for, videos_for
from studio.library.models import Video
from studio.live.feed import Batch, Position, job_messages, read
from studio.live.protocol import Message


class VideoView:
    """One page's cursor in the feed of one clip."""

    def __init__(self, person_id: int, video_id: UUID, after: int) -> None:
        self.person, self.video_id = User(pk=person_id), video_id
        self.position = Position(after)
        self.settled = after

    def revision(self) -> int | None:
        """Where the clip stands; None when it is not this person's. A cursor from the future begins at the start."""
        revision = self.rows().values_list("revision", flat=True).first()
        if revision is not None and self.settled > revision:
            self.position, self.settled = Position(0), 0
        return revision

    def rows(self) -> QuerySet[Video]:
        """The clip, if it is there for this person."""
        return videos_for(self.person).filter(pk=self.video_id)

    def is_news(self, batch: Batch) -> bool:
        """Whether a page would learn something from it."""
        return bool(batch.items or batch.jobs) or batch.settled > self.settled

    def told(self, batch: Batch) -> None:
        """Move on: the page has been sent this piece."""
        self.position, self.settled = batch.position, batch.settled


def look_at(view: VideoView) -> Batch | None:
    """The next piece for this page; None when the clip is gone."""
    video = view.rows().first()
    return None if video is None else read(video, view.position)


def video_jobs(view: VideoView, job_ids: Sequence[UUID]) -> list[Message]:
    """How these jobs of the clip stand."""
    return job_messages(jobs_for(view.person).filter(pk__in=job_ids, video_id=view.video_id))
