"""Writing behind: in order, all of it, and no fault is lost."""

from __future__ import annotations

import threading

import pytest

from studio.media.behind import Behind


def test_everything_is_done_in_its_order_by_the_time_one_leaves() -> None:
    done: list[int] = []
    with Behind(done.append) as writer:
        for number in range(100):
            writer.put(number)
    assert done == list(range(100))


def test_the_caller_goes_on_while_the_work_is_done_and_waits_when_it_is_far_behind() -> None:
    go_on, done = threading.Event(), []

    def work(number: int) -> None:
        go_on.wait(10)
        done.append(number)

    with Behind(work, depth=3) as writer:
        for number in range(4):  # one in work, three waiting
            writer.put(number)
        assert done == []
        threading.Timer(0.2, go_on.set).start()
        writer.put(4)
        assert done, "the fifth had to wait for the first"
    assert done == [0, 1, 2, 3, 4]


def test_a_fault_of_the_work_is_raised_on_leaving() -> None:
    def work(number: int) -> None:
        raise OSError(f"no room for {number}")

    with pytest.raises(OSError, match="no room for 1"), Behind(work) as writer:
        writer.put(1)


def test_a_fault_of_the_work_ends_a_caller_that_goes_on_putting() -> None:
    def work(number: int) -> None:
        raise OSError("no room")

    with pytest.raises(OSError, match="no room"), Behind(work, depth=2) as writer:
        for number in range(1_000_000):
            writer.put(number)


def test_the_callers_own_fault_is_not_hidden_by_the_works() -> None:
    def work(number: int) -> None:
        raise OSError("no room")

    with pytest.raises(KeyError, match="mine"), Behind(work) as writer:
        writer.put(1)
        raise KeyError("mine")
