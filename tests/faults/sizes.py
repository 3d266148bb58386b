"""How often each fault is tried: a little with every commit, as often as the promise says for `make faults`."""

from __future__ import annotations

import os

SIZE = os.environ.get("STUDIO_FAULTS", "short")
assert SIZE in ("short", "middle", "long"), f"STUDIO_FAULTS is short, middle or long, not {SIZE}"


def sized(short: int, long: int) -> int:
    """A number of tries; `middle` is a tenth of the long one: all of it in about 20 minutes on two cores."""
    return {"short": short, "middle": max(short, long // 10), "long": long}[SIZE]
