"""Files made of a clip's masks, to take away."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status

from studio.access import exports_for, videos_for
from studio.api.auth import person_of, ready_video
from studio.api.schemas import ExportIn, FormatOut
from studio.exports.effects import EFFECTS
from studio.exports.kinds import KINDS
from studio.exports.service import request_export
from studio.live.shapes import ExportOut

router = Router(tags=["exports"])


@router.get("/formats", response=list[FormatOut])
def list_formats(request: HttpRequest) -> list[FormatOut]:
    """The kinds of files there are, films first."""
    return [
        FormatOut(name=name, title=kind.title, sentence=kind.sentence, film=name in EFFECTS)
        for name, kind in KINDS.items()
    ]


@router.post("/videos/{uuid:video_id}/exports", response={201: ExportOut})
def add_export(request: HttpRequest, video_id: UUID, body: ExportIn) -> Status[ExportOut]:
    """Have a file made of the masks as they stand now."""
    return Status(201, ExportOut.of(request_export(ready_video(request, video_id), body.format, body.options)))


@router.get("/videos/{uuid:video_id}/exports", response=list[ExportOut])
def list_exports(request: HttpRequest, video_id: UUID) -> list[ExportOut]:
    """The files made of a clip, newest first."""
    person = person_of(request)
    video = videos_for(person).get(pk=video_id)
    return [ExportOut.of(export) for export in exports_for(person).filter(video=video).select_related("job")]
