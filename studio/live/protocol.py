"""What pages and server say to each other over a socket: msgpack maps, and how much may be under way at once.

Knows no Django: the Python client speaks it too.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgpack

MESSAGE_BYTES = 64 * 1024  # of a `changes` message, about
MOST_UNACKED = 4  # `changes` messages under way to one page
MOST_PAGE_BYTES = 64 * 1024  # of what a page may send at once

SIGNED_OUT = 4401  # close codes
FORBIDDEN = 4403
NOT_FOUND = 4404
TOO_SLOW = 4408
TOO_BIG = 1009
MISBEHAVED = 1008
BROKEN = 1011

Message = dict[str, object]
Item = Mapping[str, object]


class BadMessage(Exception):
    """Raised for something a page sent that is no message of this protocol."""


def pack(message: object) -> bytes:
    """As it goes over the wire."""
    packed = msgpack.packb(message)
    assert isinstance(packed, bytes), "packb without an autoreset packer returns bytes"
    return packed


def unpack(packed: bytes) -> Message:
    """What the server said. Raises BadMessage."""
    try:
        message = msgpack.unpackb(packed)
    except (ValueError, msgpack.UnpackException, RecursionError) as fault:
        raise BadMessage("that is no msgpack") from fault
    if not isinstance(message, dict):
        raise BadMessage("a message is a map")
    return message


def hello(revision: int) -> Message:
    """The first message: where the clip stands."""
    return {"type": "hello", "revision": revision}


def changes(revision: int, items: Sequence[Item]) -> Message:
    """Items in the order of their revisions. Who has applied them has everything up to `revision`, and acks it."""
    return {"type": "changes", "revision": revision, "items": list(items)}


def job(told: Item, *, video_id: str, run_id: str | None = None, export_id: str | None = None) -> Message:
    """How a piece of work stands."""
    return {"type": "job", "job": dict(told), "video_id": video_id, "run_id": run_id, "export_id": export_id}


def ack(revision: int) -> Message:
    """What a page answers to each `changes` message, in their order."""
    return {"type": "ack", "revision": revision}


def acked(packed: bytes) -> int:
    """The revision of an ack. Raises BadMessage for anything else: it is all that a page says."""
    message = unpack(packed)
    revision = message.get("revision")
    if message.get("type") != "ack" or isinstance(revision, bool) or not isinstance(revision, int):
        raise BadMessage("a page says {type: ack, revision: number}")
    return revision


@dataclass(slots=True)
class Window:
    """The `changes` messages that a page has not acknowledged, oldest first: what the server holds for it at most."""

    most: int = MOST_UNACKED
    _under_way: deque[tuple[int, float]] = field(default_factory=deque)  # revision, when sent in s

    @property
    def has_room(self) -> bool:
        return len(self._under_way) < self.most

    def sent(self, revision: int, now_s: float) -> None:
        """Note a message that went out."""
        assert self.has_room, "a message went out beyond the window"
        self._under_way.append((revision, now_s))

    def acked(self, revision: int) -> bool:
        """Note an ack; it also stands for older messages of lower revisions. False when it is for nothing under way."""
        if not any(revision == known for known, _ in self._under_way):
            return False
        while self._under_way.popleft()[0] != revision:
            pass
        return True

    def waiting_s(self, now_s: float) -> float:
        """How long the oldest message has been without its ack."""
        return now_s - self._under_way[0][1] if self._under_way else 0.0
