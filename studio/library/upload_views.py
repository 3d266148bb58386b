"""tus 1.0 over HTTP: begin an upload, ask how much has arrived, send the next piece, discard it.

Speaks the core and the extensions creation, creation-with-upload and termination. The answer that completes a file,
and every later one, names the clip in `Studio-Video`. With `purpose import` in its metadata a file becomes no clip:
it waits for POST /api/videos/<id>/imports.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from studio.access import uploads_for
from studio.library import uploads
from studio.library.answers import refused, who_asks
from studio.library.errors import (
    BadLength,
    BadMetadata,
    BadOffset,
    LibraryFault,
    NotFound,
    TooLargeUpload,
    WrongMethod,
    WrongOffset,
    WrongType,
    WrongVersion,
)
from studio.library.models import Upload
from studio.library.names import clean_name, parse_metadata

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,termination"
OCTETS = "application/offset+octet-stream"
MOST_DIGITS = 19  # of a number of bytes
_READ_BYTES = 256 * 1024

Operation = Callable[..., HttpResponse]


def begin(request: HttpRequest, person: User) -> HttpResponse:
    """POST: a new upload; the body, if there is one, is its first piece."""
    if request.content_type not in ("", OCTETS):
        raise WrongType(f"The body of an upload is {OCTETS}, not {request.content_type}.")
    length = _number(request, "Upload-Length")
    if length is None:
        raise BadLength("Upload-Length must say how many bytes will come.")
    names = parse_metadata(request.headers.get("Upload-Metadata", ""))
    _check_piece(request)
    purpose = names.get("purpose", Upload.Purpose.CLIP)
    if purpose not in Upload.Purpose.values:
        raise BadMetadata(
            f"The purpose of an upload is {' or '.join(Upload.Purpose.values)}, not {clean_name(purpose)}."
        )
    upload = uploads.create(person, length, names.get("filename", ""), purpose)
    answer = _standing(upload, _taken(request, upload, 0) if request.content_type == OCTETS else 0, 201)
    answer.headers["Location"] = reverse("upload", args=[upload.id])
    return answer


def tell(request: HttpRequest, person: User, upload_id: UUID) -> HttpResponse:
    """HEAD: how much has arrived. A file that is whole becomes a clip here if its last request had no time to do so."""
    upload = uploads_for(person).select_related("video").get(pk=upload_id)
    size = uploads.arrived(upload)
    if size == upload.length and upload.purpose == Upload.Purpose.CLIP:
        uploads.finish(upload)
    answer = _standing(upload, size, 200)
    answer.headers["Upload-Length"] = str(upload.length)
    return answer


def take_piece(request: HttpRequest, person: User, upload_id: UUID) -> HttpResponse:
    """PATCH: the next piece, at the offset where the last one ended."""
    if request.content_type != OCTETS:
        raise WrongType(f"A piece of an upload is {OCTETS}, not {request.content_type or 'without a type'}.")
    offset = _number(request, "Upload-Offset")
    if offset is None:
        raise BadOffset("Upload-Offset must say where this piece begins.")
    _check_piece(request)
    upload = uploads_for(person).select_related("video").get(pk=upload_id)
    if upload.video is not None:
        if offset != upload.length:
            raise WrongOffset(f"This upload is whole: it has {upload.length} bytes, nothing fits at {offset}.")
        return _standing(upload, offset, 204)
    return _standing(upload, _taken(request, upload, offset), 204)


def discard(request: HttpRequest, person: User, upload_id: UUID) -> HttpResponse:
    """DELETE: forget it."""
    uploads.discard(uploads_for(person).get(pk=upload_id))
    return HttpResponse(status=204)


def _view(**operations: Operation) -> Callable[..., HttpResponse]:
    @csrf_exempt  # who_asks looks after it, as programs with a token have none
    def answer(request: HttpRequest, **path: UUID) -> HttpResponse:
        try:
            response = _answer(request, operations, path)
        except LibraryFault as fault:
            response = refused(fault)
        except Upload.DoesNotExist:
            response = refused(NotFound("There is nothing here."))
        if response.status_code == 405:
            response.headers["Allow"] = ", ".join([*operations, "OPTIONS"])
        response.headers["Tus-Resumable"] = VERSION
        response.headers["Cache-Control"] = "no-store"
        return response

    return answer


def _answer(request: HttpRequest, operations: dict[str, Operation], path: dict[str, UUID]) -> HttpResponse:
    if request.method == "OPTIONS":
        return _abilities()
    operation = operations.get(request.method or "")
    if operation is None:
        raise WrongMethod(f"This address does not take {request.method}.")
    person = who_asks(request)
    if request.headers.get("Tus-Resumable") != VERSION:
        raise WrongVersion(f"Uploads here speak tus {VERSION}; say so in Tus-Resumable.")
    return operation(request, person, **path)


def _abilities() -> HttpResponse:
    return HttpResponse(
        status=204,
        headers={
            "Tus-Version": VERSION,
            "Tus-Extension": EXTENSIONS,
            "Tus-Max-Size": str(settings.STUDIO_MAX_BYTES),
        },
    )


def _taken(request: HttpRequest, upload: Upload, offset: int) -> int:
    """Write the body; make a clip of what is whole then. How much has arrived."""
    size = uploads.append(upload, offset, _pieces(request))
    if size == upload.length and upload.purpose == Upload.Purpose.CLIP:
        uploads.finish(upload)
    return size


def _pieces(request: HttpRequest) -> Iterator[bytes]:
    """The body as it comes, never all of it at once."""
    size = 0
    while piece := request.read(_READ_BYTES):
        size += len(piece)
        if size > uploads.MOST_PIECE_BYTES:
            raise _too_large(f"more than {uploads.MOST_PIECE_BYTES}")
        yield piece


def _check_piece(request: HttpRequest) -> None:
    """Refuse a body that says it is too large before reading it; one that does not say is counted."""
    announced = _number(request, "Content-Length")
    if announced is not None and announced > uploads.MOST_PIECE_BYTES:
        raise _too_large(str(announced))


def _too_large(size: str) -> TooLargeUpload:
    return TooLargeUpload(f"This piece has {size} bytes; send at most {uploads.MOST_PIECE_BYTES} at once.")


def _standing(upload: Upload, size: int, status: int) -> HttpResponse:
    response = HttpResponse(status=status, headers={"Upload-Offset": str(size)})
    if upload.video is not None:
        response.headers["Studio-Video"] = str(upload.video.id)
    return response


def _number(request: HttpRequest, header: str) -> int | None:
    """A header's number; None where it is missing or none."""
    text = request.headers.get(header, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None


collection = _view(POST=begin)
single = _view(HEAD=tell, PATCH=take_piece, DELETE=discard)
