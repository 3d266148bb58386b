"""Many who ask at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.db import connection


def at_once(count: int, ask: Callable[[], object]) -> list[object]:
    """What so many threads are answered that ask at the same moment; a fault is its answer."""
    gate, answers = threading.Barrier(count), []

    def asked() -> None:
        gate.wait(10)
        try:
            answers.append(ask())
        except Exception as fault:  # noqa: BLE001  it is looked at by the test
            answers.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=asked) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
