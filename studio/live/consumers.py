"""The sockets of pages. Each is a cursor with a window: it holds a few messages for its page, never what piles up.

What other processes announce is a hint to look, and may be lost: a socket also looks by itself every few seconds.
Pages of one clip that stand at the same place are told the same bytes, of one read of the database.
"""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar
from urllib.parse import parse_qs
from uuid import UUID

import structlog
from channels.consumer import get_handler_name
from channels.generic.websocket import AsyncWebsocketConsumer
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from redis import RedisError

from studio.announce import library_group, video_group
from studio.live import protocol
from studio.live.library import LibraryView, changed_videos, library_jobs
from studio.live.opened import OPENED
from studio.live.protocol import BadMessage, Message, Window
from studio.live.reads import SharedReads, in_database
from studio.live.video import Piece, VideoView, look_at, video_jobs

logger = structlog.get_logger(__name__)

CHECK_EVERY_S = 5.0  # is the person still signed in, is there something no hint told of
SLOW_AFTER_S = 30.0  # without an ack: the page comes back later, from its cursor
REST_S = 0.02  # between two reads: hints that come meanwhile are answered by one
PROGRESS_EVERY_S = 0.125
BEACON_AFTER = 32  # job messages, which have no ack of their own
MOST_STRIKES = 100
GARBAGE_STRIKES = 25  # five pieces of garbage close a socket


PIECES: SharedReads[Piece | None] = SharedReads()
JOBS: SharedReads[list[bytes]] = SharedReads()
SESSIONS: SharedReads[bool] = SharedReads()


class Ended(Exception):
    """Raised in a socket's own loop when it should close."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class PageSocket(AsyncWebsocketConsumer, ABC):  # type: ignore[misc]  # channels has no types
    """What every socket does: check who it is, join its group, send while the window has room, close in time."""

    check_every_s: ClassVar[float] = CHECK_EVERY_S
    slow_after_s: ClassVar[float] = SLOW_AFTER_S

    async def dispatch(self, message: Mapping[str, Any]) -> None:
        """Do what a message asks, without the look after old connections that Channels sends to a thread before each.

        A socket reads by `in_database` alone, which looks after the connections of the threads that it uses.
        """
        await getattr(self, get_handler_name(message))(message)

    async def connect(self) -> None:
        self.window = Window()
        self.wake = asyncio.Event()
        self.hinted: set[UUID] = set()  # jobs
        self.group = ""
        self.joined = False
        self.loop: asyncio.Task[None] | None = None
        self.strikes = 0
        self.unanswered = 0  # job messages since the last `changes`
        self.progress_at = 0.0
        self.held = False  # something may be left to tell, for which the window had no room
        await self.accept()  # a refusal before would hide its code from the page
        person = self.scope["user"]
        if not person.is_authenticated:
            await self.close(protocol.SIGNED_OUT)
            return
        self.person_id = int(person.pk)
        self.session_key = self.scope["session"].session_key
        try:
            self.group = self.name_of_group()
            await self._join()
            await self.begin()
        except Ended as end:
            await self.close(end.code)
            return
        self.wake.set()
        self.loop = asyncio.create_task(self._run())
        OPENED[type(self).__name__] += 1

    async def disconnect(self, code: int) -> None:
        if self.loop is not None:
            OPENED[type(self).__name__] -= 1
            self.loop.cancel()
            with suppress(asyncio.CancelledError):
                await self.loop
        if self.joined:
            with suppress(OSError, RedisError):
                await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.loop is None:
            return  # refused already
        if len(bytes_data or text_data or b"") > protocol.MOST_PAGE_BYTES:
            await self.close(protocol.TOO_BIG)
            return
        try:
            if bytes_data is None:
                raise BadMessage("messages are msgpack, in binary frames")
            if self.window.acked(protocol.acked(bytes_data)):
                if self.held or self.hinted:  # else there is nothing that waited for the ack
                    self.wake.set()
                return
            self.strikes += 1
        except BadMessage as fault:
            self.strikes += GARBAGE_STRIKES
            await self._send({"type": "error", "code": "bad-message", "message": f"{fault}."})
        if self.strikes >= MOST_STRIKES:
            await self.close(protocol.MISBEHAVED)

    async def look(self, event: Mapping[str, Any]) -> None:
        """Somebody says that something changed."""
        if "job" in event:
            self.hinted.add(UUID(str(event["job"])))
        self.wake.set()

    @abstractmethod
    def name_of_group(self) -> str:
        """Who is told of its changes."""

    @abstractmethod
    async def begin(self) -> None:
        """Find what it shows and say hello. Raises Ended where there is nothing for this person."""

    @abstractmethod
    async def send_news(self) -> bool:
        """Send what is new, as far as the window has room; whether something may be left that has none."""

    @abstractmethod
    async def read_jobs(self, job_ids: frozenset[UUID]) -> Sequence[bytes]:
        """How these jobs stand now, a message each."""

    @abstractmethod
    def place(self) -> int:
        """The revision that a `changes` message without news carries."""

    async def send_changes(self, revision: int, message: bytes) -> None:
        """Send a `changes` message of this revision, which the page will acknowledge; the window must have room."""
        self.window.sent(revision, time.monotonic())
        self.unanswered = 0
        await self.send(bytes_data=message)

    async def send_jobs(self, messages: Sequence[bytes]) -> None:
        """Send job messages; after some, an empty `changes`, whose ack shows that the page keeps up."""
        for message in messages:
            await self.send(bytes_data=message)
        self.unanswered += len(messages)
        if self.unanswered >= BEACON_AFTER and self.window.has_room:
            await self.send_changes(self.place(), protocol.pack(protocol.changes(self.place(), [])))

    async def _run(self) -> None:
        """The socket's own loop, until it is closed."""
        try:
            check_at = time.monotonic() + self.check_every_s
            while True:
                await self._woken(check_at)
                now = time.monotonic()
                if self.window.waiting_s(now) > self.slow_after_s:
                    raise Ended(protocol.TOO_SLOW)
                if now >= check_at:
                    await self._check()
                    check_at = now + self.check_every_s
                self.held = await self.send_news()
                await self._send_progress()
                await asyncio.sleep(REST_S)
        except Ended as end:
            await self.close(end.code)
        except Exception:
            logger.exception("socket broke", group=self.group)
            await self.close(protocol.BROKEN)

    async def _woken(self, check_at: float) -> None:
        """Wait for a hint, an ack, progress that was held back, or the time to check."""
        until = min(check_at, self.progress_at + PROGRESS_EVERY_S) if self._may_tell_progress else check_at
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, until - time.monotonic())):  # wait_for would make a task of it
                await self.wake.wait()
        self.wake.clear()

    @property
    def _may_tell_progress(self) -> bool:
        return bool(self.hinted) and self.window.has_room

    async def _send_progress(self) -> None:
        now = time.monotonic()
        if not self._may_tell_progress or now < self.progress_at + PROGRESS_EVERY_S:
            return
        self.progress_at = now
        job_ids, self.hinted = frozenset(self.hinted), set()
        await self.send_jobs(await self.read_jobs(job_ids))

    async def _check(self) -> None:
        who = self.session_key, self.person_id
        if not await SESSIONS.ask(who, partial(signed_in, *who)):
            raise Ended(protocol.SIGNED_OUT)
        await self._join()

    async def _join(self) -> None:
        """Join the group; without a broker the socket lives on by its own looks and tries again."""
        if self.joined:
            return
        try:
            await self.channel_layer.group_add(self.group, self.channel_name)
            self.joined = True
        except (OSError, RedisError) as fault:
            logger.warning("socket without hints", group=self.group, reason=str(fault))

    async def _send(self, message: Message) -> None:
        await self.send(bytes_data=protocol.pack(message))


class VideoSocket(PageSocket):
    """A clip, from the revision in `after` on."""

    view: VideoView

    def name_of_group(self) -> str:
        return video_group(self.scope["url_route"]["kwargs"]["video_id"])

    async def begin(self) -> None:
        video_id = self.scope["url_route"]["kwargs"]["video_id"]
        self.view = VideoView(self.person_id, video_id, _after(self.scope["query_string"]))
        revision = await in_database(self.view.open)
        if revision is None:
            raise Ended(protocol.NOT_FOUND)
        await self._send(protocol.hello(revision))

    async def send_news(self) -> bool:
        while self.window.has_room:
            place = self.person_id, self.view.video_id, self.view.position
            piece = await PIECES.ask(place, partial(look_at, *place))
            if piece is None:
                raise Ended(protocol.NOT_FOUND)
            if not self.view.is_news(piece.batch):
                return False
            self.view.told(piece.batch)
            for message in piece.jobs:
                await self.send(bytes_data=message)
            await self.send_changes(piece.batch.settled, piece.changes)
            if not piece.batch.more:
                return False
        return True

    async def read_jobs(self, job_ids: frozenset[UUID]) -> Sequence[bytes]:
        jobs = self.person_id, self.view.video_id, job_ids
        return await JOBS.ask(jobs, partial(video_jobs, *jobs))

    def place(self) -> int:
        return self.view.settled


class LibrarySocket(PageSocket):
    """The person's clips and their ingests. Revisions here count this socket's own messages."""

    view: LibraryView

    def name_of_group(self) -> str:
        return library_group(self.person_id)

    async def begin(self) -> None:
        self.view = LibraryView(self.person_id)
        await in_database(self.view.remember)
        await self._send(protocol.hello(0))

    async def send_news(self) -> bool:
        while self.window.has_room:
            items = await in_database(changed_videos, self.view)
            if not items:
                return False
            self.view.count += 1
            await self.send_changes(self.view.count, protocol.pack(protocol.changes(self.view.count, items)))
        return True

    async def read_jobs(self, job_ids: frozenset[UUID]) -> Sequence[bytes]:
        jobs = self.person_id, job_ids
        return await JOBS.ask(jobs, partial(library_jobs, *jobs))

    def place(self) -> int:
        return self.view.count


class Nowhere(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """Any other address."""

    async def connect(self) -> None:
        await self.accept()
        await self.close(protocol.NOT_FOUND)


def signed_in(session_key: str, person_id: int) -> bool:
    """Whether the session still is this person's: signing out and a new password end it."""
    request = HttpRequest()
    request.session = SessionStore(session_key=session_key)
    person = get_user(request)
    return bool(person.is_authenticated) and person.pk == person_id


def _after(query: bytes) -> int:
    """The cursor in the address; 0, the beginning, when there is none."""
    values = parse_qs(query.decode("latin-1")).get("after", ["0"])
    text = values[-1]
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0
