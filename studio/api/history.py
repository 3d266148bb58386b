"""The history of a clip: look at it, go back in it, go forth again."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from studio.access import videos_for
from studio.api.auth import person_of, ready_video
from studio.api.schemas import HistoryOut, MovedOut, StepIn
from studio.live.shapes import StepOut
from studio.scenes import history
from studio.scenes.history import Moved

router = Router(tags=["history"])


@router.get("/videos/{uuid:video_id}/history", response=HistoryOut)
def get_history(request: HttpRequest, video_id: UUID) -> HistoryOut:
    """The newest 200 steps of the clip."""
    video = videos_for(person_of(request)).get(pk=video_id)  # first: what is read after it is at least as new
    return HistoryOut(revision=video.revision, steps=[StepOut.of(step) for step in history.newest_steps(video)])


@router.post("/videos/{uuid:video_id}/undo", response=MovedOut)
def undo(request: HttpRequest, video_id: UUID, body: StepIn) -> MovedOut:
    """Take the newest step back. With `ordinal` only if that is it: nobody undoes what they have not seen."""
    return _told(history.undo(ready_video(request, video_id), body.ordinal))


@router.post("/videos/{uuid:video_id}/redo", response=MovedOut)
def redo(request: HttpRequest, video_id: UUID, body: StepIn) -> MovedOut:
    """Bring again what was undone last. With `ordinal` only if that is the step."""
    return _told(history.redo(ready_video(request, video_id), body.ordinal))


@router.post("/videos/{uuid:video_id}/history/{int:ordinal}", response=MovedOut)
def go(request: HttpRequest, video_id: UUID, ordinal: int) -> MovedOut:
    """Undo or redo until this step is the newest that stands; 0 goes to before the oldest that is kept."""
    return _told(history.go(ready_video(request, video_id), ordinal))


def _told(moved: Moved) -> MovedOut:
    return MovedOut(revision=moved.revision, steps=[StepOut.of(step) for step in moved.steps])
