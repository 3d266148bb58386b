"""Where to look, what was found right, and what people say about frames."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Status

from studio.access import all_comments_for, comments_for, subjects_for, videos_for
from studio.api.auth import person_of, ready_video
from studio.api.schemas import AcceptIn, AcceptOut, CommentChange, CommentIn, ReviewOut, StretchOut
from studio.live.shapes import CommentOut
from studio.scenes import acceptance, comments, review

router = Router(tags=["review"])

MOST_STRETCHES = 500  # in one answer


@router.get("/videos/{uuid:video_id}/review", response=ReviewOut)
def look_here(
    request: HttpRequest, video_id: UUID, limit: Annotated[int, Query(ge=1, le=MOST_STRETCHES)] = 200
) -> ReviewOut:
    """Stretches of frames in which the tracker may be wrong, the gravest first; accepted ones are left out."""
    person = person_of(request)
    video = videos_for(person).get(pk=video_id)
    found = review.queue(video, subjects_for(person).filter(video=video))
    shown = [
        StretchOut(
            subject_id=item.subject_id,
            first=item.first,
            last=item.last,
            worst=item.worst,
            reason=item.reason.value,
            sentence=item.sentence,
            weight=item.weight,
        )
        for item in found[:limit]
    ]
    return ReviewOut(revision=video.revision, total=len(found), stretches=shown)


@router.post("/subjects/{uuid:subject_id}/accept", response=AcceptOut)
def accept(request: HttpRequest, subject_id: UUID, body: AcceptIn) -> AcceptOut:
    """Find an object's frames right: they leave the queue until something writes their masks anew."""
    person = person_of(request)
    subject = subjects_for(person).select_related("video").get(pk=subject_id)
    return AcceptOut(accepted=acceptance.accept(subject, body.first, body.last, person))


@router.get("/videos/{uuid:video_id}/comments", response=list[CommentOut])
def list_comments(request: HttpRequest, video_id: UUID) -> list[CommentOut]:
    """What people said about the clip's frames, in the order of frames."""
    person = person_of(request)
    video = videos_for(person).get(pk=video_id)
    return [CommentOut.of(comment) for comment in comments_for(person).filter(video=video)]


@router.post("/videos/{uuid:video_id}/comments", response={201: CommentOut})
def add_comment(request: HttpRequest, video_id: UUID, body: CommentIn) -> Status[CommentOut]:
    """Say something about a frame."""
    video = ready_video(request, video_id)
    return Status(201, CommentOut.of(comments.add_comment(video, person_of(request), body.frame, body.text)))


@router.patch("/comments/{uuid:comment_id}", response=CommentOut)
def change_comment(request: HttpRequest, comment_id: UUID, body: CommentChange) -> CommentOut:
    """Change what a comment says, settle it or open it again."""
    comment = comments_for(person_of(request)).get(pk=comment_id)
    return CommentOut.of(comments.edit_comment(comment, text=body.text, resolved=body.resolved))


@router.delete("/comments/{uuid:comment_id}", response={204: None})
def delete_comment(request: HttpRequest, comment_id: UUID) -> Status[None]:
    """Take a comment away; it can be restored."""
    comments.edit_comment(comments_for(person_of(request)).get(pk=comment_id), deleted=True)
    return Status(204, None)


@router.post("/comments/{uuid:comment_id}/restore", response=CommentOut)
def restore_comment(request: HttpRequest, comment_id: UUID) -> CommentOut:
    """Undo the deletion of a comment."""
    comment = all_comments_for(person_of(request)).get(pk=comment_id)
    return CommentOut.of(comments.edit_comment(comment, deleted=False))
