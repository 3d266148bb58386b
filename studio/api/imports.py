"""Annotation files for a clip: send one, see what it would make, have it made."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status

from studio.access import imports_for, uploads_for, videos_for
from studio.api.auth import person_of, ready_video
from studio.api.file_schemas import ImportIn, ImportReadIn, ImportWriteIn, KindOut
from studio.imports.kinds import KINDS
from studio.imports.models import Import
from studio.imports.service import begin_import, read_again, write_import
from studio.live.shapes import ImportOut

router = Router(tags=["imports"])


@router.get("/import-kinds", response=list[KindOut])
def list_import_kinds(request: HttpRequest) -> list[KindOut]:
    """What can be imported."""
    return [KindOut(name=name, title=title) for name, title in KINDS.items()]


@router.post("/videos/{uuid:video_id}/imports", response={201: ImportOut})
def add_import(request: HttpRequest, video_id: UUID, body: ImportIn) -> Status[ImportOut]:
    """Have an uploaded file read: by tus with `purpose import`. Nothing is written yet: see `found`, then write."""
    video = ready_video(request, video_id)
    person = person_of(request)
    upload = uploads_for(person).get(pk=body.upload)
    return Status(201, ImportOut.of(begin_import(video, upload, person, body.kind or "")))


@router.get("/videos/{uuid:video_id}/imports", response=list[ImportOut])
def list_imports(request: HttpRequest, video_id: UUID) -> list[ImportOut]:
    """The files sent for a clip, newest first."""
    person = person_of(request)
    video = videos_for(person).get(pk=video_id)
    return [ImportOut.of(one) for one in imports_for(person).filter(video=video).select_related("job")]


@router.get("/imports/{uuid:import_id}", response=ImportOut)
def get_import(request: HttpRequest, import_id: UUID) -> ImportOut:
    """One file, how far it is, and what it would make."""
    return ImportOut.of(_one(request, import_id))


@router.post("/imports/{uuid:import_id}/read", response=ImportOut)
def read_import(request: HttpRequest, import_id: UUID, body: ImportReadIn) -> ImportOut:
    """Read it again, as another kind of file."""
    return ImportOut.of(read_again(_one(request, import_id), body.kind))


@router.post("/imports/{uuid:import_id}/write", response=ImportOut)
def make_import(request: HttpRequest, import_id: UUID, body: ImportWriteIn) -> ImportOut:
    """Write what was found into the scene: all of it, or nothing."""
    return ImportOut.of(write_import(_one(request, import_id), body.mode))


def _one(request: HttpRequest, import_id: UUID) -> Import:
    return imports_for(person_of(request)).select_related("job").get(pk=import_id)
