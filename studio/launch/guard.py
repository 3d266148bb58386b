"""What ends the studio's processes when the launcher has no time to: it may be killed, and nothing must stay behind.

The launcher starts this as a process in a session of its own and holds the other end of its standard input. Each line
there is a process group to look after. When the launcher is gone, however it went, the line breaks off, and the
groups are ended.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable

PATIENCE_S = 3.0  # between the polite signal and the other one


def end_groups(groups: Iterable[int], patience_s: float) -> None:
    """End these process groups: SIGTERM, and SIGKILL for what is still there after patience_s."""
    left = [group for group in groups if _send(group, signal.SIGTERM)]
    until = time.monotonic() + patience_s
    while left and time.monotonic() < until:
        time.sleep(0.05)
        left = [group for group in left if _send(group, 0)]
    for group in left:
        _send(group, signal.SIGKILL)


def _send(group: int, number: int) -> bool:
    """Send a signal (0 only asks); False when nobody of the group is left."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS says so of a group of zombies
        return False
    return True


def main() -> None:
    """Look after what the launcher names until it is gone."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # only the launcher's end counts
    groups: list[int] = []
    with contextlib.suppress(ValueError):
        for line in sys.stdin:
            groups.append(int(line))
    end_groups(groups, PATIENCE_S)


if __name__ == "__main__":
    main()
