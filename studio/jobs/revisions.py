"""The one counter of a clip's changes: every change to anything of a clip takes the next number in its transaction."""

from uuid import UUID

from django.db import connection
from django.db.models import F, Manager, Model

from studio.jobs.models import Job


def next_revision(video_id: UUID) -> int:
    """Raise the clip's revision by one and return it; inside the transaction that makes the change, or it is refused.

    The row stays locked until that transaction ends, so revisions become visible in order.
    """
    assert connection.in_atomic_block, "a revision belongs to the transaction of its change"
    videos = _videos()
    videos.filter(pk=video_id).update(revision=F("revision") + 1)
    return int(videos.values_list("revision", flat=True).get(pk=video_id))


def hold(video_id: UUID) -> None:
    """Lock the clip until the transaction ends, without taking a revision yet.

    A transaction that writes rows of a clip locks the clip first. Two that locked a clip and its job crosswise would
    wait for each other until PostgreSQL ends one of them.
    """
    assert connection.in_atomic_block, "a lock lasts as long as its transaction"
    list(_videos().select_for_update(no_key=True).filter(pk=video_id).order_by().values_list("pk"))


def _videos() -> Manager[Model]:
    videos: Manager[Model] = Job._meta.get_field("video").related_model._base_manager
    return videos  # asked of the column, as this floor does not import library
