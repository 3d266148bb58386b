"""A file as an answer: whole or one range of it, in pieces, with what a browser needs to keep and to distrust it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import content_disposition_header, http_date, parse_http_date_safe

from studio.library.ranges import Bytes, Unsatisfiable, parse_range
from studio.library.store import store

TYPES = {  # by ending: what we write, and nothing a browser would run
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".mov": "video/quicktime",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".json": "application/json",
    ".zip": "application/zip",
    ".csv": "text/csv; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}
PIECE_BYTES = 256 * 1024
MOST_OPEN_BYTES = 8 * 1024**2  # of a range without an end: Daphne keeps in memory what a browser does not read yet
KEPT_S = 24 * 3600  # by the browser, of an address that names the file's edition


@dataclass(frozen=True, slots=True)
class File:
    """A file of the store, and how a browser is told of it."""

    key: str
    size: int  # bytes
    modified: int  # seconds since 1970
    edition: str
    content_type: str
    disposition: str
    attachment: bool  # taken away, not looked at


def file_answer(request: HttpRequest, key: str, *, name: str, attachment: bool, edition: str = "") -> HttpResponseBase:
    """Answer GET or HEAD with a file of the store. Raises NotFound when it is not there, or StoreAway.

    `edition` is what the row says of it; without one the store is asked.
    """
    kept = store().look(key)
    content_type = TYPES.get(Path(name).suffix.lower(), "application/octet-stream")
    disposition = content_disposition_header(attachment, name) or "inline"
    file = File(key, kept.size, kept.modified, edition or kept.edition, content_type, disposition, attachment)
    response = _answer(request, file)
    if response.status_code in (200, 206):
        response.headers["Content-Type"] = content_type
        response.headers["Content-Disposition"] = disposition
    named = request.GET.get("v") == file.edition
    response.headers["Cache-Control"] = f"private, max-age={KEPT_S}, immutable" if named else "private, no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    patch_vary_headers(response, ["Cookie", "Authorization"])
    return response


class FileStream(StreamingHttpResponse):
    """Bytes of an open file, which it closes; read by a thread under ASGI, so that a slow disk holds up nobody else."""

    def __init__(self, key: str, wanted: Bytes, status: int) -> None:
        self._file, self._left = store().open(key, wanted.first, len(wanted)), len(wanted)
        super().__init__(iter(self._next, b""), status=status)

    def close(self) -> None:
        super().close()
        self._file.close()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while piece := await asyncio.to_thread(self._next):
            yield piece

    def _next(self) -> bytes:
        piece = self._file.read(min(PIECE_BYTES, self._left)) or b""
        self._left -= len(piece)
        return piece


def _answer(request: HttpRequest, file: File) -> HttpResponseBase:
    etag, modified, size = f'"{file.edition}"', file.modified, file.size
    response: HttpResponseBase | None = get_conditional_response(request, etag, modified)
    if response is None and settings.STUDIO_X_ACCEL:  # the server in front does ranges, from its own disk
        inner = store().inner_address(file.key, content_type=file.content_type, disposition=file.disposition)
        return HttpResponse(headers={"X-Accel-Redirect": f"{settings.STUDIO_X_ACCEL.rstrip('/')}/{inner}"})
    if response is None:
        header = request.headers.get("Range", "") if _may_range(request, etag, modified) else ""
        try:
            wanted = parse_range(header, size, None if file.attachment else MOST_OPEN_BYTES)
            response = _content(request, file, wanted)
        except Unsatisfiable:
            response = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    response.headers["ETag"] = etag
    response.headers["Last-Modified"] = http_date(modified)
    response.headers["Accept-Ranges"] = "bytes"
    return response


def _content(request: HttpRequest, file: File, wanted: Bytes | None) -> HttpResponseBase:
    size = file.size
    sent, status = (Bytes(0, size - 1), 200) if wanted is None else (wanted, 206)
    response = HttpResponse(status=status) if request.method == "HEAD" else FileStream(file.key, sent, status)
    response.headers["Content-Length"] = str(len(sent))
    if wanted is not None:
        response.headers["Content-Range"] = f"bytes {sent.first}-{sent.last}/{size}"
    return response


def _may_range(request: HttpRequest, etag: str, modified: int) -> bool:
    """Whether If-Range, where it is there, names the file as it is."""
    condition = request.headers.get("If-Range")
    if condition is None or condition == etag:
        return True
    return parse_http_date_safe(condition) == modified
