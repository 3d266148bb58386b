"""Who asks: a token in `Authorization: Bearer`, or the session of a page, which also proves itself with X-CSRFToken."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from ninja.security import HttpBearer
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from studio.access import videos_for
from studio.accounts.tokens import person_of_token
from studio.api.errors import Refusal
from studio.library.models import Video


class Token(HttpBearer):
    """A program. Needs no CSRF token: a browser never sends this header by itself."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        return person_of_token(token)


class Session(AuthBase):
    """A page of the studio."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = settings.SESSION_COOKIE_NAME
    csrf = True  # the documentation page then sends the token too

    def __call__(self, request: HttpRequest) -> User | None:
        person = request.user
        if not isinstance(person, User):
            return None  # 401, whatever its CSRF token says
        if check_csrf(request) is not None:
            raise Refusal(403, "csrf", "This page was open for too long; load it again and repeat what you did.")
        return person


def person_of(request: HttpRequest) -> User:
    """Who asks; every operation that is not public has somebody."""
    person = getattr(request, "auth", None)
    assert isinstance(person, User), "an operation without authentication asked who asks"
    return person


def ready_video(request: HttpRequest, video_id: UUID) -> Video:
    """One of the person's clips that can be worked on. Video.DoesNotExist for a stranger's; Refusal while not ready."""
    video = videos_for(person_of(request)).get(pk=video_id)
    if video.state != Video.State.READY:
        raise Refusal(409, "not-ready", "This clip is not ready yet.")
    return video
