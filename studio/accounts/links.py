"""One-time addresses that sign a person in: made by an operator or by `manage.py up`, good once, for ten minutes."""

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from studio.accounts.models import SignInLink

GOOD_FOR = timedelta(minutes=10)
ADDRESS = "link/"  # before the token, at the root; known without loading every page of the studio


def make_link(owner: User) -> str:
    """A new token for /link/<token>; only its hash is kept, and old ones are swept."""
    SignInLink.objects.filter(created__lt=timezone.now() - GOOD_FOR).delete()
    token = secrets.token_urlsafe(32)
    SignInLink.objects.create(owner=owner, sha256=_hash(token))
    return token


def use_link(token: str) -> User | None:
    """The person the token signs in, once; None when it is unknown, old or used."""
    with transaction.atomic():
        link = SignInLink.objects.select_related("owner").select_for_update(of=("self",)).filter(_good(token)).first()
        if link is None:
            return None
        link.used = timezone.now()
        link.save(update_fields=["used"])
        return link.owner


def is_good(token: str) -> bool:
    """Whether the token would sign somebody in now; looking does not use it up."""
    return SignInLink.objects.filter(_good(token)).exists()


def _good(token: str) -> Q:
    return Q(sha256=_hash(token), used=None, created__gte=timezone.now() - GOOD_FOR, owner__is_active=True)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
