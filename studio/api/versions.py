"""Versions of an object: keep its masks under a name, look at them, make them stand again."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status

from studio.access import subjects_for, versions_for
from studio.api.arrange import told
from studio.api.auth import person_of
from studio.api.scenes import IN_MSGPACK, masks_answer
from studio.api.schemas import FrameIndex, MovedOut, VersionIn
from studio.live.shapes import VersionOut
from studio.scenes.versions import masks_of, restore_version, save_version

router = Router(tags=["versions"])


@router.get("/subjects/{uuid:subject_id}/versions", response=list[VersionOut])
def list_versions(request: HttpRequest, subject_id: UUID) -> list[VersionOut]:
    """Newest first: those that people kept, and what the last ten runs left."""
    subject = subjects_for(person_of(request)).get(pk=subject_id)
    return [VersionOut.of(version) for version in subject.versions.select_related("person")]


@router.post("/subjects/{uuid:subject_id}/versions", response={201: VersionOut})
def add_version(request: HttpRequest, subject_id: UUID, body: VersionIn) -> Status[VersionOut]:
    """Keep the object's masks as they stand."""
    person = person_of(request)
    return Status(201, VersionOut.of(save_version(subjects_for(person).get(pk=subject_id), body.name, person)))


@router.delete("/versions/{uuid:version_id}", response={204: None})
def delete_version(request: HttpRequest, version_id: UUID) -> Status[None]:
    """Let a version go. What stands of the object is not touched."""
    versions_for(person_of(request)).get(pk=version_id).delete()
    return Status(204, None)


@router.post("/versions/{uuid:version_id}/restore", response=MovedOut)
def restore(request: HttpRequest, version_id: UUID) -> MovedOut:
    """Make the version's masks stand, without tracking: one step of the history."""
    person = person_of(request)
    version = versions_for(person).select_related("subject").get(pk=version_id)
    return told(restore_version(version, person))


@router.get("/versions/{uuid:version_id}/masks", openapi_extra=IN_MSGPACK)
def version_masks(
    request: HttpRequest, version_id: UUID, first: Annotated[FrameIndex, Query()], last: Annotated[FrameIndex, Query()]
) -> HttpResponse:
    """The version's masks of frames first to last, at most 300, in the shape that the clip's own have."""
    version = versions_for(person_of(request)).select_related("subject__video").get(pk=version_id)
    return masks_answer(version.subject.video, masks_of(version, first, last), first, last)
