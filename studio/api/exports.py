"""Files made of a clip's masks, to take away."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router, Status

from studio.access import backdrops_for, exports_for, videos_for
from studio.api.auth import person_of, ready_video
from studio.api.errors import Refusal
from studio.api.file_schemas import BackdropOut, EstimateOut, ExportIn, FormatOut, OptionOut, WindowOut
from studio.exports import backdrops, project
from studio.exports.catalogue import OPTIONS
from studio.exports.effects import EFFECTS, crop
from studio.exports.estimate import estimate
from studio.exports.formats import FORMATS
from studio.exports.kinds import KINDS
from studio.exports.service import request_export
from studio.exports.window import window_over
from studio.live.shapes import ExportOut

router = Router(tags=["exports"])

PIECE_BYTES = 256 * 1024
_A_PICTURE = {"responses": {200: {"description": "OK", "content": {"image/png": {}}}}}


@router.get("/formats", response=list[FormatOut])
def list_formats(request: HttpRequest) -> list[FormatOut]:
    """The kinds of files there are, films first, each with what may be chosen of it."""
    return [_format(name) for name in KINDS]


@router.post("/videos/{uuid:video_id}/exports", response={201: ExportOut})
def add_export(request: HttpRequest, video_id: UUID, body: ExportIn) -> Status[ExportOut]:
    """Have a file made of the masks as they stand now."""
    return Status(201, ExportOut.of(request_export(ready_video(request, video_id), body.format, body.options)))


@router.post("/videos/{uuid:video_id}/exports/estimate", response=EstimateOut)
def estimate_export(request: HttpRequest, video_id: UUID, body: ExportIn) -> EstimateOut:
    """About how large such a file would be; nothing is made, and what would be refused is refused here too."""
    return EstimateOut(**asdict(estimate(ready_video(request, video_id), body.format, body.options)))


@router.post("/videos/{uuid:video_id}/exports/window", response=WindowOut)
def show_window(request: HttpRequest, video_id: UUID, body: ExportIn) -> WindowOut:
    """Where the window of such a following crop would be; nothing is made."""
    video = ready_video(request, video_id)
    if body.format != crop.name:
        raise Refusal(400, "no-window", f"Only {crop.name} has a window, {body.format} has none.")
    wish, window = window_over(video, body.options)
    half = window.width / 2, window.height / 2
    corners = [(x - half[0], y - half[1]) for x, y in window.centers.tolist()]
    return WindowOut(width=window.width, height=window.height, first_frame=wish.first_frame, corners=corners)


@router.get("/videos/{uuid:video_id}/exports", response=list[ExportOut])
def list_exports(request: HttpRequest, video_id: UUID) -> list[ExportOut]:
    """The files made of a clip, newest first."""
    person = person_of(request)
    video = videos_for(person).get(pk=video_id)
    return [ExportOut.of(export) for export in exports_for(person).filter(video=video).select_related("job")]


@router.get("/backdrops", response=list[BackdropOut])
def list_backdrops(request: HttpRequest) -> list[BackdropOut]:
    """The person's own pictures, newest first."""
    return [BackdropOut.model_validate(backdrop) for backdrop in backdrops_for(person_of(request))]


@router.post("/backdrops", response={201: BackdropOut})
def add_backdrop(request: HttpRequest) -> Status[BackdropOut]:
    """Send a picture to stand behind objects: the body is a JPEG, PNG or WebP file of at most 20 MiB."""
    return Status(
        201,
        BackdropOut.model_validate(backdrops.keep(person_of(request), iter(partial(request.read, PIECE_BYTES), b""))),
    )


@router.get("/backdrops/{uuid:backdrop_id}", openapi_extra=_A_PICTURE)
def backdrop(request: HttpRequest, backdrop_id: UUID) -> HttpResponse:
    """The picture as it is used, a PNG."""
    found = backdrops_for(person_of(request)).get(pk=backdrop_id)
    path = backdrops.path_of(str(found.id))
    if not path.is_file():
        raise Http404
    headers = {"Cache-Control": "private, max-age=86400, immutable", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(path.read_bytes(), content_type="image/png", headers=headers)


@router.delete("/backdrops/{uuid:backdrop_id}", response={204: None})
def delete_backdrop(request: HttpRequest, backdrop_id: UUID) -> Status[None]:
    """Remove a picture."""
    backdrops.forget(backdrops_for(person_of(request)).get(pk=backdrop_id))
    return Status(204, None)


def _format(name: str) -> FormatOut:
    kind = KINDS[name]
    annotations = project if name == project.name else FORMATS.get(name)
    return FormatOut(
        name=name,
        title=kind.title,
        sentence=kind.sentence,
        film=name in EFFECTS,
        lossy=[] if annotations is None else list(annotations.lossy),
        checked_with=None if annotations is None else annotations.checked_with,
        options=[OptionOut.model_validate(option) for known, option in OPTIONS.items() if known in kind.options],
    )
