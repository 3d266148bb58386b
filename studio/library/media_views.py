"""Files to look at and to take away: a clip's proxy, poster and filmstrip, and finished exports."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from studio.access import exports_for, videos_for
from studio.library.answers import refused, who_asks
from studio.library.errors import LibraryFault, NotFound, WrongMethod
from studio.library.file_answer import file_answer
from studio.library.files import SHOWN, export_key, key_of

Answer = Callable[..., HttpResponseBase]


def shown_file(request: HttpRequest, person: User, video_id: UUID, name: str) -> HttpResponseBase:
    """One of the files a browser shows of a clip."""
    video = videos_for(person).filter(pk=video_id).first()
    if name not in SHOWN or video is None:
        raise NotFound("There is nothing here.")
    return file_answer(request, key_of(video, name), name=name, attachment=False, edition=video.edition)


def export_file(request: HttpRequest, person: User, export_id: UUID, name: str) -> HttpResponseBase:
    """A finished export, under the name its row gives it."""
    export = exports_for(person).filter(pk=export_id, file_name=name).first()
    if export is None or Path(name).name != name:
        raise NotFound("There is nothing here.")
    key = export_key(export.id, name, export.sha256)
    answer = file_answer(request, key, name=name, attachment=True, edition=export.sha256[:32])
    if export.sha256:  # RFC 9530: of the whole file, also where a range of it is sent
        answer.headers["Repr-Digest"] = f"sha-256=:{b64encode(bytes.fromhex(export.sha256)).decode('ascii')}:"
    return answer


def _view(answer: Answer) -> Callable[..., HttpResponseBase]:
    @csrf_exempt  # so that what only reads is refused in our shape whatever its method
    def view(request: HttpRequest, **path: object) -> HttpResponseBase:
        try:
            if request.method not in ("GET", "HEAD"):
                raise WrongMethod(f"This address does not take {request.method}.")
            response = answer(request, who_asks(request), **path)
            if not connection.in_atomic_block:
                connection.close()  # a slow reader would hold it until the last byte
            return response
        except LibraryFault as fault:
            response = refused(fault)
            if fault.status == 405:
                response.headers["Allow"] = "GET, HEAD"
            response.headers["Cache-Control"] = "no-store"
            return response

    return view


shown = _view(shown_file)
export = _view(export_file)
