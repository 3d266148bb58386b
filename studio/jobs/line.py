"""Whose turn it is: persons take turns, whoever came first and however much they asked for.

A person's first waiting job counts as many as they have running, their second one more, and so on; the lowest is next.
Among equals comes who was not served for the longest time, then who asked first.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Max

from studio.jobs.models import Job

MOST_ATTEMPTS = 3  # claims without getting further; a fourth is refused
_NEVER = datetime.min.replace(tzinfo=UTC)


class Waiting(NamedTuple):
    """A job in line."""

    job_id: UUID
    kind: Job.Kind


def in_line(queue: str) -> list[Waiting]:
    """The queue's waiting jobs, whoever is next first."""
    rows = Job.objects.filter(queue=queue, state=Job.State.QUEUED, attempt__lt=MOST_ATTEMPTS)
    waiting = list(rows.order_by("created").values_list("pk", "kind", "owner_id"))
    if len({owner for _, _, owner in waiting}) > 1:
        waiting = _by_turns(queue, waiting)
    return [Waiting(job_id, Job.Kind(kind)) for job_id, kind, _ in waiting]


def place(job: Job) -> int | None:
    """Which place a job has in its line, from 1; None when it does not wait."""
    if job.state != Job.State.QUEUED:
        return None
    before = [waiting.job_id for waiting in in_line(job.queue)]
    return before.index(job.id) + 1 if job.id in before else None


def _by_turns(queue: str, waiting: list[tuple[UUID, str, int]]) -> list[tuple[UUID, str, int]]:
    """Sort rows of job, kind and owner, which come in the order of their creation."""
    owners = {owner for _, _, owner in waiting}
    theirs = Job.objects.filter(queue=queue, owner__in=owners).order_by()
    turns = Counter(theirs.filter(state=Job.State.RUNNING).values_list("owner_id", flat=True))
    served = dict(theirs.values_list("owner_id").annotate(last=Max("started")))
    keyed = []
    for number, row in enumerate(waiting):
        owner = row[2]
        keyed.append((turns[owner], served[owner] or _NEVER, number, row))
        turns[owner] += 1
    return [row for *_, row in sorted(keyed)]
