"""Reading ahead: the next frames are decoded while this one is worked on."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Generator, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

_PATIENCE_S = 0.1  # how long a full queue holds the reader before it looks whether it is still wanted


class _End:
    """What the reader puts last: nothing more, or the fault that ended it."""

    def __init__(self, fault: BaseException | None = None) -> None:
        self.fault = fault


def ahead(items: Iterable[T], depth: int = 8) -> Generator[T, None, None]:
    """The same items, fetched by a thread that is at most depth items ahead.

    A fault of the iterable is raised here, after the items before it. Closing this generator, or leaving it to be
    collected, ends the thread and closes the iterable.
    """
    ready: queue.Queue[T | _End] = queue.Queue(depth)
    unwanted = threading.Event()
    reader = threading.Thread(target=_read, args=(items, ready, unwanted), name="ahead", daemon=True)
    reader.start()
    try:
        while True:
            item = ready.get()
            if isinstance(item, _End):
                if item.fault is not None:
                    raise item.fault
                return
            yield item
    finally:
        unwanted.set()
        reader.join()


def with_next(items: Iterable[T]) -> Iterator[tuple[T, T | None]]:
    """Each item with the one after it; the last with None."""
    iterator = iter(items)
    try:
        item = next(iterator)
    except StopIteration:
        return
    for following in iterator:
        yield item, following
        item = following
    yield item, None


def _read(items: Iterable[T], ready: queue.Queue[T | _End], unwanted: threading.Event) -> None:
    end = _End()
    iterator = iter(items)
    try:
        for item in iterator:
            if not _put(item, ready, unwanted):
                break
    except BaseException as fault:  # noqa: BLE001 - raised again in the thread that waits for the items
        end = _End(fault)
    finally:
        close = getattr(iterator, "close", None)
        if close is not None:
            with contextlib.suppress(Exception):
                close()
    _put(end, ready, unwanted)


def _put(item: T | _End, ready: queue.Queue[T | _End], unwanted: threading.Event) -> bool:
    while not unwanted.is_set():
        try:
            ready.put(item, timeout=_PATIENCE_S)
        except queue.Full:
            continue
        return True
    return False
