"""Who asks at the addresses of uploads and media, and the one shape of what they are refused."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja.utils import check_csrf

from studio.accounts.tokens import person_of_token
from studio.library.errors import LibraryFault, OldPage, SignedOut

_SAFE = ("GET", "HEAD", "OPTIONS")


def who_asks(request: HttpRequest) -> User:
    """A program by its token, or a page by its session, which proves what it changes with X-CSRFToken.

    Raises SignedOut or OldPage.
    """
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        person = person_of_token(secret.strip())
    else:
        person = request.user if isinstance(request.user, User) else None
        if person is not None and request.method not in _SAFE and check_csrf(request) is not None:
            raise OldPage("This page was open for too long; load it again and repeat what you did.")
    if person is None:
        raise SignedOut("Sign in first, or send a token that is still good.")
    return person


def refused(fault: LibraryFault) -> HttpResponse:
    """The answer to something refused: {"code", "message"}."""
    return JsonResponse({"code": fault.code, "message": str(fault)}, status=fault.status)
