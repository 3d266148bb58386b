"""Reads of the database for sockets: off the event loop, and once for all who ask the same at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from channels.db import DatabaseSyncToAsync

GATHER_S = 0.005  # one hint wakes all pages of a clip, and each takes its turn on the event loop

P = ParamSpec("P")
T = TypeVar("T")


async def in_database(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run on a thread of the pool, so that sockets do not wait for each other or for views."""
    call: Callable[..., Any] = DatabaseSyncToAsync(work, thread_sensitive=False)
    result: T = await call(*args, **kwargs)
    return result


@dataclass(slots=True)
class _Round(Generic[T]):
    """What those who asked last are waiting for, and whether its read has begun."""

    answer: asyncio.Future[T]
    begun: bool = False


class SharedReads(Generic[T]):
    """A read of the database that hundreds of sockets of one process ask for at the same moment is done once.

    A read waits a moment for others who ask the same. Who asks while it is under way is answered by the one after it:
    an answer is never older than its question. Nothing is kept once it is told.
    """

    def __init__(self) -> None:
        self._rounds: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Hashable, _Round[T]]] = WeakKeyDictionary()
        self._tasks: set[asyncio.Task[None]] = set()  # the loop itself holds tasks weakly

    async def ask(self, question: Hashable, read: Callable[[], T]) -> T:
        """What `read` returns or raises; equal questions must mean equal reads."""
        loop = asyncio.get_running_loop()
        rounds = self._rounds.setdefault(loop, {})
        last = rounds.get(question)
        if last is None or last.begun:
            rounds[question] = following = _Round[T](loop.create_future())
            task = loop.create_task(self._read(rounds, question, read, following, last))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            last = following
        return await asyncio.shield(last.answer)  # a socket that closes takes the answer from nobody

    async def _read(
        self, rounds: dict[Hashable, _Round[T]], question: Hashable, read: Callable[[], T],
        mine: _Round[T], before: _Round[T] | None,
    ) -> None:  # fmt: skip
        if before is None:
            await asyncio.sleep(GATHER_S)
        else:
            await asyncio.wait([before.answer])
        mine.begun = True
        try:
            found = await in_database(read)
        except Exception as fault:  # noqa: BLE001  raised again in each socket that asked
            mine.answer.set_exception(fault)
            mine.answer.exception()  # whoever asked may be gone: then nobody would fetch it
        else:
            mine.answer.set_result(found)
        if rounds[question] is mine:
            del rounds[question]
