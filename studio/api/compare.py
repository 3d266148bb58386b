"""What a clip was before one of its steps, or an object as a version, beside what it is: for the wipe and its curve."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from studio.access import subjects_for, versions_for, videos_for
from studio.api.auth import person_of
from studio.api.scenes import IN_MSGPACK, masks_answer
from studio.api.schemas import AgreementOut, FrameIndex
from studio.scenes import comparison
from studio.scenes.models import Step

router = Router(tags=["history"])


@router.get("/videos/{uuid:video_id}/history/{int:ordinal}/masks", openapi_extra=IN_MSGPACK)
def masks_before(
    request: HttpRequest,
    video_id: UUID,
    ordinal: int,
    first: Annotated[FrameIndex, Query()],
    last: Annotated[FrameIndex, Query()],
) -> HttpResponse:
    """The masks of frames first to last as they stood before a step, at most 300, as msgpack {revision, masks}."""
    person = person_of(request)
    video = videos_for(person).get(pk=video_id)
    step = Step.objects.get(video=video, ordinal=ordinal)
    subjects = list(subjects_for(person).filter(video=video).values_list("id", flat=True))
    return masks_answer(video, comparison.masks_before(step, subjects, first, last), first, last)


@router.get("/videos/{uuid:video_id}/history/{int:ordinal}/agreement", response=AgreementOut)
def agreement(
    request: HttpRequest, video_id: UUID, ordinal: int, subject: Annotated[UUID | None, Query()] = None
) -> AgreementOut:
    """How far an object's masks agree with those before a step; frames that are not told of are as they were.

    Without `subject` it is the first object that the step or a later one touched.
    """
    person = person_of(request)
    video = videos_for(person).get(pk=video_id)
    step = Step.objects.get(video=video, ordinal=ordinal)
    subjects = subjects_for(person).filter(video=video)
    if subject is not None:
        subjects = subjects.filter(pk=subject)
        subjects.get()  # a stranger's is not there
    for subject_id in subjects.values_list("id", flat=True):
        frames = comparison.agreement(step, subject_id, (video.height, video.width))
        if frames:
            return AgreementOut(subject_id=subject_id, frames=[(frame, round(100 * iou)) for frame, iou in frames])
    return AgreementOut(subject_id=subject, frames=[])


@router.get("/versions/{uuid:version_id}/agreement", response=AgreementOut)
def agreement_with_version(request: HttpRequest, version_id: UUID) -> AgreementOut:
    """How far an object's masks agree with a version of it; frames that are not told of are the version's."""
    version = versions_for(person_of(request)).select_related("subject__video").get(pk=version_id)
    video = version.subject.video
    frames = comparison.agreement_with(version, (video.height, video.width))
    return AgreementOut(subject_id=version.subject_id, frames=[(frame, round(100 * iou)) for frame, iou in frames])
