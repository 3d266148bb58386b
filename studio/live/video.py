"""What a page of one clip has been told, and what it has not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import QuerySet

from studio.access import jobs_for, videos_for
from studio.library.models import Video
from studio.library.retention import note_opened
from studio.live.feed import Batch, Position, job_messages, read
from studio.live.protocol import pack


class VideoView:
    """One page's cursor in the feed of one clip."""

    def __init__(self, person_id: int, video_id: UUID, after: int) -> None:
        self.person, self.video_id = User(pk=person_id), video_id
        self.position = Position(after)
        self.settled = after

    def open(self) -> int | None:
        """Where the clip stands, which counts as opened now; None when it is not this person's.

        A cursor from the future begins at the start.
        """
        video = self.rows().first()
        if video is None:
            return None
        note_opened(video)
        if self.settled > video.revision:
            self.position, self.settled = Position(0), 0
        return video.revision

    def rows(self) -> QuerySet[Video]:
        """The clip, if it is there for this person."""
        return videos_for(self.person).filter(pk=self.video_id)

    def is_news(self, batch: Batch) -> bool:
        """Whether a page would learn something from it."""
        return bool(batch.items or batch.jobs) or batch.settled > self.settled

    def told(self, batch: Batch) -> None:
        """Move on: the page has been sent this piece."""
        self.position, self.settled = batch.position, batch.settled


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the feed as it goes over the wire: pages that stand at one place are sent the same bytes."""

    batch: Batch
    jobs: tuple[bytes, ...]  # told first; the ack of the items' message covers them
    changes: bytes


def look_at(person_id: int, video_id: UUID, position: Position) -> Piece | None:
    """What comes after a place in the clip's feed; None when the clip is not there for this person, or no more."""
    video = videos_for(User(pk=person_id)).filter(pk=video_id).first()
    if video is None:
        return None
    batch = read(video, position)
    return Piece(batch, tuple(pack(message) for message in batch.jobs), pack(batch.changes()))


def video_jobs(person_id: int, video_id: UUID, job_ids: Iterable[UUID]) -> list[bytes]:
    """How these jobs of the clip stand, a message each."""
    jobs = jobs_for(User(pk=person_id)).filter(pk__in=job_ids, video_id=video_id)
    return [pack(message) for message in job_messages(jobs)]
