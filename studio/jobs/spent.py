"""How long workers worked for whom: what a quota of minutes is counted in."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone

from studio.jobs.models import Job, Spent


def note_work(job: Job, *, ended: datetime | None = None) -> None:
    """Add the time since the job was last claimed to its person's day; `ended` is when its worker was last heard of."""
    if job.started is None:
        return
    seconds = ((ended or timezone.now()) - job.started).total_seconds()
    if seconds <= 0:
        return
    key = {"owner_id": job.owner_id, "day": job.started.date(), "kind": job.kind}
    if Spent.objects.filter(**key).update(seconds=F("seconds") + seconds):
        return
    with transaction.atomic():
        _, made = Spent.objects.get_or_create(**key, defaults={"seconds": seconds})
    if not made:  # another worker made it meanwhile
        Spent.objects.filter(**key).update(seconds=F("seconds") + seconds)


def minutes_spent(owner_id: int, kind: Job.Kind, first: date) -> float:
    """How many minutes workers worked for a person on this kind of job since a day, that day included."""
    days = Spent.objects.filter(owner_id=owner_id, kind=kind, day__gte=first)
    return (days.aggregate(all=Sum("seconds"))["all"] or 0.0) / 60
