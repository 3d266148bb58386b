"""Which workers are there, and the reaper: each says so in the broker every few seconds; its word is good for more."""

from __future__ import annotations

import os
import socket
import threading
from collections import Counter
from collections.abc import Iterable

import structlog
from django.conf import settings
from redis import Redis, RedisError

SAID_EVERY_S = 5.0
GOOD_FOR_S = 20
REAPER = "reaper"  # beside the queues' names
_KEYS = "studio.workers."

logger = structlog.get_logger(__name__)


def say_here(queues: Iterable[str]) -> None:
    """Say once that this process works on these queues. Raises RedisError."""
    with _broker() as broker:
        for queue in queues:
            broker.set(f"{_KEYS}{queue}.{socket.gethostname()}.{os.getpid()}", 1, ex=GOOD_FOR_S)


def keep_saying(queues: Iterable[str]) -> threading.Event:
    """Say so from a thread of its own until the event that is returned is set, or the process ends."""
    stop, known = threading.Event(), tuple(queues)

    def say() -> None:
        while True:
            try:
                say_here(known)
            except RedisError as fault:
                logger.warning("worker unheard", reason=str(fault))
            if stop.wait(SAID_EVERY_S):
                return

    threading.Thread(target=say, name="workers", daemon=True).start()
    return stop


def seen() -> Counter[str]:
    """How many workers of each queue said so lately. Raises RedisError."""
    found: Counter[str] = Counter()
    with _broker() as broker:
        for key in broker.scan_iter(match=f"{_KEYS}*", count=1000):
            found[key.decode().removeprefix(_KEYS).partition(".")[0]] += 1
    return found


def is_here(what: str) -> bool:
    """Whether a worker of this queue, or the reaper, of this very machine said so lately. Raises RedisError."""
    with _broker() as broker:
        return any(broker.scan_iter(match=f"{_KEYS}{what}.{socket.gethostname()}.*", count=1000))


def _broker() -> Redis:
    return Redis.from_url(settings.STUDIO_REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
