"""How often somebody may try a password: a few times a minute for an address and a name, counted in the database."""

from datetime import timedelta

from django.utils import timezone

from studio.accounts.models import SignInAttempt

MOST_FAILURES = 10
WINDOW = timedelta(minutes=5)


def too_many(name: str, address: str) -> bool:
    """Whether this name or this address has failed too often lately."""
    since = timezone.now() - WINDOW
    recent = SignInAttempt.objects.filter(created__gte=since)
    return (
        recent.filter(name=_short(name)).count() >= MOST_FAILURES
        or recent.filter(address=address).count() >= 3 * MOST_FAILURES
    )


def note_failure(name: str, address: str) -> None:
    """Count a failure, and forget those that no longer matter."""
    SignInAttempt.objects.filter(created__lt=timezone.now() - WINDOW).delete()
    SignInAttempt.objects.create(name=_short(name), address=address)


def _short(name: str) -> str:
    return name.strip().lower()[:150]
