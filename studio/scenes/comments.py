"""What people say about frames. It is no part of the history of masks: undo of a brush takes back no remark."""

from __future__ import annotations

from django.contrib.auth.models import User

from studio.library.models import Video
from studio.scenes.errors import SceneFault
from studio.scenes.models import Comment
from studio.scenes.steps import unrecorded

MOST_COMMENTS = 2000  # of a clip; every page holds them all


def add_comment(video: Video, person: User, frame: int, text: str) -> Comment:
    """Say something about a frame. Raises SceneFault outside the clip and over 2,000."""
    if not 0 <= frame < video.frame_count:
        raise SceneFault("no-such-frame", f"Frame {frame} is not in a clip of {video.frame_count} frames.")
    with unrecorded(video.id) as revision:
        if Comment.objects.filter(video=video, deleted=False).count() >= MOST_COMMENTS:
            raise SceneFault("too-many-comments", f"A clip can have {MOST_COMMENTS:,} comments at most.")
        return Comment.objects.create(video=video, person=person, frame=frame, text=text, revision=revision)


def edit_comment(
    comment: Comment, *, text: str | None = None, resolved: bool | None = None, deleted: bool | None = None
) -> Comment:
    """Change what it says, settle or open it again, take it away or bring it back; None leaves as it is."""
    with unrecorded(comment.video_id) as revision:
        comment.text = comment.text if text is None else text
        comment.resolved = comment.resolved if resolved is None else resolved
        comment.deleted = comment.deleted if deleted is None else deleted
        comment.revision = revision
        comment.save(update_fields=["text", "resolved", "deleted", "revision"])
    return comment
