"""What is done to an object as a whole, or over a range of frames; each is one step of the history."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from studio.access import subjects_for
from studio.api.auth import person_of
from studio.api.errors import Refusal
from studio.api.schemas import AbsentIn, FrameIn, FrameIndex, MergeIn, MovedOut, SwapIn, TidyIn
from studio.library.models import Video
from studio.live.shapes import StepOut
from studio.scenes import arrange
from studio.scenes.arrange import Overlap
from studio.scenes.models import Step, Subject
from studio.scenes.tidy import Mending, tidy

router = Router(tags=["scenes"])


@router.post("/subjects/{uuid:subject_id}/split", response=MovedOut)
def split(request: HttpRequest, subject_id: UUID, body: FrameIn) -> MovedOut:
    """Give what there is of an object from a frame on to a new object, which the step is about."""
    return told(arrange.split(_subject(request, subject_id), body.frame, person_of(request)))


@router.post("/subjects/{uuid:subject_id}/merge", response=MovedOut)
def merge(request: HttpRequest, subject_id: UUID, body: MergeIn) -> MovedOut:
    """Give all there is of another object to this one, and delete the other."""
    first, second = _subject(request, subject_id), _subject(request, body.other)
    return told(arrange.merge(first, second, Overlap(body.overlap), person_of(request)))


@router.post("/subjects/{uuid:subject_id}/swap", response=MovedOut)
def swap(request: HttpRequest, subject_id: UUID, body: SwapIn) -> MovedOut:
    """From a frame on, each of two objects gets what the other had."""
    first, second = _subject(request, subject_id), _subject(request, body.other)
    return told(arrange.swap(first, second, body.frame, person_of(request)))


@router.post("/subjects/{uuid:subject_id}/absent", response=MovedOut)
def absent(request: HttpRequest, subject_id: UUID, body: AbsentIn) -> MovedOut:
    """Say that an object is not in the picture in a range of frames, or take that back."""
    mark = arrange.mark_absent if body.absent else arrange.unmark_absent
    return told(mark(_subject(request, subject_id), body.first, body.last, person_of(request)))


@router.delete("/subjects/{uuid:subject_id}/masks", response=MovedOut)
def clear(
    request: HttpRequest, subject_id: UUID, first: Annotated[FrameIndex, Query()], last: Annotated[FrameIndex, Query()]
) -> MovedOut:
    """Take away an object's masks in a range of frames."""
    return told(arrange.clear(_subject(request, subject_id), first, last, person_of(request)))


@router.post("/subjects/{uuid:subject_id}/tidy", response=MovedOut)
def tidy_masks(request: HttpRequest, subject_id: UUID, body: TidyIn) -> MovedOut:
    """Fill holes, remove specks, grow, shrink or smooth an object's masks in a range of frames."""
    subject = _subject(request, subject_id)
    return told(tidy(subject, body.first, body.last, Mending(body.what), body.amount, person_of(request)))


def told(step: Step) -> MovedOut:
    """The step as it is told; none when it had nothing to change."""
    return MovedOut(revision=step.revision, steps=[StepOut.of(step)] if step.size_bytes else [])


def _subject(request: HttpRequest, subject_id: UUID) -> Subject:
    subject = subjects_for(person_of(request)).select_related("video").get(pk=subject_id)
    if subject.video.state != Video.State.READY:
        raise Refusal(409, "not-ready", "This clip is not ready yet.")
    return subject
