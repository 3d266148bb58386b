"""Reads of the database for sockets: off the event loop, and once for all who ask the same at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from channels.db import DatabaseSyncToAsync

P = ParamSpec("P")
T = TypeVar("T")


async def in_database(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run on a thread of the pool, so that sockets do not wait for each other or for views."""
    call: Callable[..., Any] = DatabaseSyncToAsync(work, thread_sensitive=False)
    result: T = await call(*args, **kwargs)
    return result


@dataclass(slots=True)
class _Round(Generic[T]):
    """The read that is under way for a question, and who has asked since it began."""

    following: asyncio.Future[T] | None = None


class SharedReads(Generic[T]):
    """A read of the database that hundreds of sockets of one process ask for at the same moment is done once or twice.

    Who asks while a read is under way is answered by the one after it: an answer is never older than its question.
    Nothing is kept once it is told.
    """

    def __init__(self) -> None:
        self._rounds: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Hashable, _Round[T]]] = WeakKeyDictionary()
        self._tasks: set[asyncio.Task[None]] = set()  # the loop itself holds tasks weakly

    async def ask(self, question: Hashable, read: Callable[[], T]) -> T:
        """What `read` returns or raises; equal questions must mean equal reads."""
        loop = asyncio.get_running_loop()
        rounds = self._rounds.setdefault(loop, {})
        known = rounds.get(question)
        if known is None:
            rounds[question] = known = _Round()
            answer: asyncio.Future[T] = loop.create_future()
            task = loop.create_task(self._read(rounds, question, read, answer))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        elif known.following is None:
            answer = known.following = loop.create_future()
        else:
            answer = known.following
        return await asyncio.shield(answer)  # a socket that closes takes the answer from nobody

    async def _read(
        self, rounds: dict[Hashable, _Round[T]], question: Hashable, read: Callable[[], T], answer: asyncio.Future[T]
    ) -> None:
        """Answer round after round, until nobody has asked during one."""
        known = rounds[question]
        while True:
            try:
                found = await in_database(read)
            except Exception as fault:  # noqa: BLE001  raised again in each socket that asked
                answer.set_exception(fault)
                answer.exception()  # whoever asked may be gone: then nobody would fetch it
            else:
                answer.set_result(found)
            if known.following is None:
                del rounds[question]
                return
            answer, known.following = known.following, None
