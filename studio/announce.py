"""Tell open pages to look. A hint that may be lost: what changed stands in the database; pages ask by revision.

One event loop runs in a thread of each process that announces; nothing here waits, raises or fails a job.
"""

import asyncio
import os
import threading
from collections.abc import Mapping
from uuid import UUID

import structlog
from channels.layers import get_channel_layer

logger = structlog.get_logger(__name__)


def video_group(video_id: UUID) -> str:
    """The group of every page that shows this clip."""
    return f"video.{video_id}"


def library_group(owner_id: int) -> str:
    """The group of every library page of this person."""
    return f"library.{owner_id}"


def announce(group: str, message: Mapping[str, object]) -> None:
    """Send a message (its `type` names the consumer's method) to a group, without waiting for it to leave."""
    asyncio.run_coroutine_threadsafe(_send(group, dict(message)), _loop_of_this_process())


async def _send(group: str, message: dict[str, object]) -> None:
    layer = get_channel_layer()
    assert layer is not None, "settings name a channel layer"
    try:
        await asyncio.wait_for(layer.group_send(group, message), timeout=5)
    except (OSError, TimeoutError) as fault:
        logger.warning("announcement lost", group=group, reason=str(fault))
    except Exception as fault:  # noqa: BLE001  redis-py's own errors share no base with OSError; a hint never fails its sender
        logger.warning("announcement lost", group=group, reason=repr(fault))


class _Loop:
    """The event loop thread, and the process it belongs to."""

    lock = threading.Lock()
    pid = 0
    loop: asyncio.AbstractEventLoop | None = None


def _loop_of_this_process() -> asyncio.AbstractEventLoop:
    """The process's own loop, started at first use: a forked worker must not use its parent's."""
    with _Loop.lock:
        if _Loop.loop is None or _Loop.pid != os.getpid():
            loop = asyncio.new_event_loop()
            threading.Thread(target=loop.run_forever, name="announce", daemon=True).start()
            _Loop.loop, _Loop.pid = loop, os.getpid()
        return _Loop.loop
