"""Writing behind: what was found in this frame is written while the next one is worked on."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")

_PATIENCE_S = 0.1  # how long a full queue holds the caller before it looks whether the writer still lives


class Behind(Generic[T]):
    """A thread that does `work` on each item put, in their order, at most `depth` items behind.

    Leaving waits until all is done. A fault of the work ends it, and is raised at the next put or on leaving.
    A subclass may take the items in another way: several at a time, say.
    """

    def __init__(self, work: Callable[[T], None], depth: int = 8) -> None:
        self._work = work
        self._items: queue.Queue[tuple[T] | None] = queue.Queue(depth)
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="behind", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hand_over(None)
        self._thread.join()
        if fault is None:
            self._raise()

    def put(self, item: T) -> None:
        """Hand an item over; waits while the thread is `depth` items behind."""
        self._hand_over((item,))
        self._raise()

    def _hand_over(self, item: tuple[T] | None) -> None:
        while self._thread.is_alive():
            try:
                self._items.put(item, timeout=_PATIENCE_S)
            except queue.Full:
                continue
            return

    def _raise(self) -> None:
        if self._fault is not None:
            raise self._fault

    def _take(self) -> None:
        """In the thread: items until None comes."""
        while (item := self._items.get()) is not None:
            self._work(item[0])

    def _run(self) -> None:
        try:
            self._take()
        except BaseException as fault:  # noqa: BLE001 - raised again in the thread that puts
            self._fault = fault
