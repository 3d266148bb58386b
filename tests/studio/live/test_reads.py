"""One read for all who ask at once."""

import asyncio
import threading

import pytest

from studio.live.reads import SharedReads

pytestmark = pytest.mark.asyncio


class Slow:
    """A read that waits until it may end, and numbers its answers."""

    def __init__(self) -> None:
        self.begun = 0
        self.may_end = threading.Event()

    def __call__(self) -> int:
        self.begun += 1
        number = self.begun
        assert self.may_end.wait(10)
        return number

    async def under_way(self) -> None:
        while not self.begun:
            await asyncio.sleep(0.001)


async def test_a_hundred_who_ask_at_once_are_answered_by_one_read():
    reads, slow = SharedReads[int](), Slow()
    slow.may_end.set()

    answers = await asyncio.gather(*(reads.ask("a", slow) for _ in range(100)))

    assert answers == [1] * 100
    assert slow.begun == 1


async def test_an_answer_is_never_older_than_its_question():
    reads, slow = SharedReads[int](), Slow()
    early = asyncio.create_task(reads.ask("a", slow))
    await slow.under_way()

    late = asyncio.create_task(reads.ask("a", slow))
    await asyncio.sleep(0)
    slow.may_end.set()

    assert (await early, await late) == (1, 2)


async def test_questions_that_differ_do_not_wait_for_each_other():
    reads, slow = SharedReads[int](), Slow()
    waiting = asyncio.create_task(reads.ask("a", slow))
    await slow.under_way()

    assert await reads.ask("b", lambda: 7) == 7

    slow.may_end.set()
    assert await waiting == 1


async def test_a_read_that_fails_fails_for_each_who_asked_and_is_done_again_for_the_next():
    reads = SharedReads[int]()

    def fails() -> int:
        raise OSError("the database is away")

    faults = await asyncio.gather(*(reads.ask("a", fails) for _ in range(3)), return_exceptions=True)

    assert [str(fault) for fault in faults] == ["the database is away"] * 3
    assert await reads.ask("a", lambda: 1) == 1


async def test_who_leaves_takes_the_answer_from_nobody():
    reads, slow = SharedReads[int](), Slow()
    leaving = asyncio.create_task(reads.ask("a", slow))
    await slow.under_way()
    staying = asyncio.create_task(reads.ask("a", slow))
    going_too = asyncio.create_task(reads.ask("a", slow))
    await asyncio.sleep(0)

    leaving.cancel()
    going_too.cancel()
    slow.may_end.set()

    assert await staying == 2
