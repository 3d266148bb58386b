"""Reading ahead gives the same items, passes faults on and leaves no thread behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from studio.media.ahead import ahead, with_next


def readers() -> int:
    return sum(thread.name == "ahead" for thread in threading.enumerate())


def test_the_items_come_in_order() -> None:
    assert list(ahead(range(100), depth=3)) == list(range(100))
    assert readers() == 0


def test_it_is_no_further_ahead_than_its_depth() -> None:
    fetched: list[int] = []

    def items() -> Iterator[int]:
        for item in range(50):
            fetched.append(item)
            yield item

    stream = ahead(items(), depth=4)
    next(stream)
    limit = time.monotonic() + 5
    while len(fetched) < 6 and time.monotonic() < limit:
        time.sleep(0.005)
    time.sleep(0.05)

    assert len(fetched) == 6  # one handed over, four waiting, one in the reader's hand
    stream.close()


def test_a_fault_is_raised_after_the_items_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        yield 2
        raise OSError("the disk is gone")

    stream = ahead(items())

    assert [next(stream), next(stream)] == [1, 2]
    with pytest.raises(OSError, match="the disk is gone"):
        next(stream)
    assert readers() == 0


def test_closing_early_ends_the_thread_and_closes_the_source() -> None:
    closed = threading.Event()

    def items() -> Iterator[int]:
        try:
            yield from range(1_000_000)
        finally:
            closed.set()

    stream = ahead(items(), depth=2)
    next(stream)
    stream.close()

    assert closed.is_set()
    assert readers() == 0


def test_one_that_was_never_read_starts_no_thread() -> None:
    stream = ahead(range(5))

    assert readers() == 0
    stream.close()


def test_each_item_comes_with_the_one_after_it() -> None:
    assert list(with_next(iter("abc"))) == [("a", "b"), ("b", "c"), ("c", None)]
    assert list(with_next("a")) == [("a", None)]
    assert list(with_next("")) == []
