"""Counts that outlive every process: how often something happened, for whoever watches the studio."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from studio.jobs.models import Tally


def count(what: str, label: str = "", by: float = 1) -> None:
    """Add to a count; the first time makes it."""
    if Tally.objects.filter(what=what, label=label).update(value=F("value") + by):
        return
    with transaction.atomic():
        _, made = Tally.objects.get_or_create(what=what, label=label, defaults={"value": by})
    if not made:  # somebody else made it meanwhile
        Tally.objects.filter(what=what, label=label).update(value=F("value") + by)
