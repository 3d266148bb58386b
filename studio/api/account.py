"""The person's own: who they are, their tokens; and the weights there are."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from ninja import Router, Status

from studio.access import tokens_for
from studio.accounts.models import ApiToken
from studio.accounts.tokens import make_token
from studio.api.auth import person_of
from studio.api.schemas import Limits, MeOut, NewTokenOut, TokenIn, TokenOut, UsageOut, WeightsOut
from studio.library.quota import quota_of, usage_of
from studio.runs.weights import PROFILES, list_weights

router = Router(tags=["account"])


@router.get("/me", response=MeOut)
def me(request: HttpRequest) -> MeOut:
    """Who asks, what they may upload, what they use."""
    usage, quota = usage_of(person_of(request).pk), quota_of(person_of(request).pk)
    return MeOut(
        username=person_of(request).username,
        sign_up=settings.STUDIO_SIGN_UP,
        limits=Limits(
            max_bytes=settings.STUDIO_MAX_BYTES,
            max_seconds=settings.STUDIO_MAX_SECONDS,
            max_pixels=settings.STUDIO_MAX_PIXELS,
            max_frames=settings.STUDIO_MAX_FRAMES,
        ),
        usage=UsageOut(**asdict(usage), **{f"most_{name}": most for name, most in asdict(quota).items()}),
    )


@router.get("/tokens", response=list[TokenOut])
def list_tokens(request: HttpRequest) -> list[TokenOut]:
    """The person's tokens, newest first."""
    return [_told(token) for token in tokens_for(person_of(request))]


@router.post("/tokens", response={201: NewTokenOut})
def add_token(request: HttpRequest, body: TokenIn) -> Status[NewTokenOut]:
    """A new token; its secret is told this once."""
    token, secret = make_token(person_of(request), body.name)
    return Status(201, NewTokenOut(**_told(token).dict(), token=secret))


@router.delete("/tokens/{uuid:token_id}", response={204: None})
def delete_token(request: HttpRequest, token_id: UUID) -> Status[None]:
    """End a token: programs that use it are out at once."""
    tokens_for(person_of(request)).get(pk=token_id).delete()
    return Status(204, None)


@router.get("/weights", response=list[WeightsOut], tags=["runs"])
def weights(request: HttpRequest) -> list[WeightsOut]:
    """The weights this studio knows, and which of them are on this machine."""
    return [
        WeightsOut(
            name=known.name,
            present=known.is_here,
            default=known.is_default,
            architecture=known.architecture,
            profile=known.profile,
            profiles=list(PROFILES),
            note=known.note,
        )
        for known in list_weights(settings.STUDIO_WEIGHTS)
    ]


def _told(token: ApiToken) -> TokenOut:
    return TokenOut(id=token.id, name=token.name, created=token.created, last_used=token.last_used)
