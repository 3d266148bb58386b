"""Whether the studio can do its work: what `/readyz`, the status page and the metrics say of its parts."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, connection
from redis import Redis, RedisError

from studio.jobs import workers
from studio.jobs.models import Job
from studio.library import disk


@dataclass(frozen=True, slots=True)
class Part:
    """One thing the studio needs."""

    name: str
    is_good: bool
    words: str  # one sentence


def parts() -> list[Part]:
    """Every part, good or not."""
    return [_database(), _broker(), _disk(), *_workers()]


def _database() -> Part:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as fault:
        return Part("database", False, f"The database does not answer: {fault}.")
    return Part("database", True, f"{connection.display_name} answers.")


def _broker() -> Part:
    try:
        with Redis.from_url(settings.STUDIO_REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as broker:
            broker.ping()
    except RedisError:
        return Part("broker", False, "The broker does not answer; jobs wait, and pages hear of changes seconds later.")
    return Part("broker", True, "The broker answers.")


def _disk() -> Part:
    try:
        free = disk.free_bytes_of_all()
    except OSError as fault:
        return Part("disk", False, f"The data folder cannot be used: {fault.strerror}.")
    words = f"{free / 1024**3:.1f} GB are free, at least {disk.LEAST_FREE_BYTES / 1024**3:.1f} GB are needed."
    return Part("disk", free >= disk.LEAST_FREE_BYTES, words)


def _workers() -> list[Part]:
    try:
        seen = workers.seen()
    except RedisError:
        return [Part(name, False, "Nothing is known of it without the broker.") for name in _AT_WORK]
    return [Part(name, seen[what] > 0, f"{seen[what]} seen.") for name, what in _AT_WORK.items()]


_AT_WORK = {**{f"{queue} workers": str(queue) for queue in Job.Queue.values}, "reaper": workers.REAPER}
