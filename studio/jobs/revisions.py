"""The one counter of a clip's changes: every change to anything of a clip takes the next number in its transaction."""

from uuid import UUID

from django.db import connection
from django.db.models import F

from studio.jobs.models import Job


def next_revision(video_id: UUID) -> int:
    """Raise the clip's revision by one and return it; inside the transaction that makes the change, or it is refused.

    The row stays locked until that transaction ends, so revisions become visible in order.
    """
    assert connection.in_atomic_block, "a revision belongs to the transaction of its change"
    videos = Job._meta.get_field("video").related_model._base_manager  # the floor below does not import library
    videos.filter(pk=video_id).update(revision=F("revision") + 1)
    return int(videos.values_list("revision", flat=True).get(pk=video_id))
