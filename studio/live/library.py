"""What a library page has been told of its person's clips, and what it has not."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Max, Q

from studio.access import all_videos_for, jobs_for, videos_for
from studio.jobs.models import Job
from studio.live.feed import job_messages
from studio.live.items import ingests_of, video_item
from studio.live.protocol import MESSAGE_BYTES, Message, pack

MOST_VIDEOS = 40  # in one message

_Mark = tuple[int, int]  # revisions of a clip's row and of its ingest


class LibraryView:
    """One page's knowledge: a mark for each clip, which differs when the clip has changed."""

    def __init__(self, person_id: int) -> None:
        self.person = User(pk=person_id)
        self.known: dict[UUID, _Mark] = {}
        self.count = 0  # messages sent

    def marks(self) -> dict[UUID, _Mark]:
        """How the person's clips stand."""
        ingest = Max("jobs__revision", filter=Q(jobs__kind=Job.Kind.INGEST), default=0)
        rows = videos_for(self.person).annotate(ingest=ingest).order_by().values_list("id", "row_revision", "ingest")
        return {video_id: (row, job) for video_id, row, job in rows}

    def remember(self) -> None:
        """Take everything as told: the page asks for the list after it has connected."""
        self.known = self.marks()


def changed_videos(view: LibraryView) -> list[Message]:
    """Clips that are new, changed or gone since the page was told, some of them; they count as told now."""
    marks = view.marks()
    gone = [video_id for video_id in view.known if video_id not in marks]
    changed = [video_id for video_id, mark in marks.items() if view.known.get(video_id) != mark]
    some = [*gone, *changed][:MOST_VIDEOS]
    if not some:
        return []
    videos = list(all_videos_for(view.person).filter(pk__in=some))
    ingests = ingests_of(videos)
    items: list[Message] = []
    size_bytes = 0
    for video in videos:
        item = video_item(video, ingests.get(video.id))
        size_bytes += len(pack(item))
        if items and size_bytes > MESSAGE_BYTES:
            return items
        items.append(item)
        _note(view, video.id, marks)
    for video_id in gone:
        view.known.pop(video_id, None)  # also one whose row is gone: there is nothing to tell of it
    return items


def library_jobs(person_id: int, job_ids: Iterable[UUID]) -> list[bytes]:
    """How these jobs stand, those of them that are ingests, a message each."""
    jobs = jobs_for(User(pk=person_id)).filter(pk__in=job_ids, kind=Job.Kind.INGEST)
    return [pack(message) for message in job_messages(jobs)]


def _note(view: LibraryView, video_id: UUID, marks: dict[UUID, _Mark]) -> None:
    mark = marks.get(video_id)
    if mark is None:
        view.known.pop(video_id, None)
    else:
        view.known[video_id] = mark
