"""Keys for programs: shown once, kept as a hash."""

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from studio.accounts.models import ApiToken

MOST_TOKENS = 50  # a person
PREFIX = "sms_"  # lets a leaked one be recognised in logs and scanners
_NOTE_USE_EVERY = timedelta(minutes=1)


class TooManyTokens(Exception):
    """Raised when a person already has MOST_TOKENS."""

    code = "too-many-tokens"


def make_token(owner: User, name: str) -> tuple[ApiToken, str]:
    """A new token and its secret, which is told this once. Raises TooManyTokens."""
    if ApiToken.objects.filter(owner=owner).count() >= MOST_TOKENS:
        raise TooManyTokens(f"You have {MOST_TOKENS} tokens; delete one first.")
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(owner=owner, name=name.strip()[:80] or "token", sha256=_hash(secret))
    return token, secret


def person_of_token(secret: str) -> User | None:
    """Whose token this is; None when it is nobody's or its person may not sign in."""
    token = ApiToken.objects.select_related("owner").filter(sha256=_hash(secret), owner__is_active=True).first()
    if token is None:
        return None
    now = timezone.now()
    if token.last_used is None or now - token.last_used > _NOTE_USE_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used=now)
    return token.owner


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
