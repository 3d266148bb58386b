"""Pages as bare sockets: many in one process, and some that never read."""

from __future__ import annotations

import asyncio
import base64
import os
import struct
from contextlib import suppress
from urllib.parse import urlsplit

from studio.live import protocol


class NoHandshake(OSError):
    """Raised when the server answers otherwise than by opening the socket; a page would try again."""


class PageSocket:
    """A page's end of a WebSocket, as RFC 6455 has it, and no more than the studio speaks."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, address: str, path: str, session: str, *, small_buffer: bool = False) -> PageSocket:
        """Connect and shake hands; a small buffer of its own makes a page that does not read fill up soon."""
        where = urlsplit(address)
        limit = 4096 if small_buffer else 1 << 20
        reader, writer = await asyncio.open_connection(where.hostname, where.port, limit=limit)
        key = base64.b64encode(os.urandom(16)).decode()
        head = (
            f"GET {path} HTTP/1.1\r\nHost: {where.netloc}\r\nOrigin: {address}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"Cookie: sessionid={session}\r\n\r\n"
        )
        try:
            writer.write(head.encode())
            answer = await reader.readuntil(b"\r\n\r\n")
            if b" 101 " not in answer.partition(b"\r\n")[0]:
                raise NoHandshake(answer.decode("latin-1"))
        except BaseException:
            writer.close()
            raise
        return cls(reader, writer)

    async def next(self) -> protocol.Message | None:
        """The next message; None when the server closed."""
        while True:
            try:
                first, second = await self._reader.readexactly(2)
                size = second & 127
                if size > 125:
                    size = int.from_bytes(await self._reader.readexactly(2 if size == 126 else 8))
                payload = await self._reader.readexactly(size)
            except (asyncio.IncompleteReadError, ConnectionError):
                return None
            match first & 15:
                case 2:
                    return protocol.unpack(payload)
                case 8:
                    return None
                case 9:
                    self._send(10, payload)

    def ack(self, message: protocol.Message) -> None:
        """Say that a `changes` message was taken."""
        revision = message["revision"]
        assert isinstance(revision, int)
        self._send(2, protocol.pack(protocol.ack(revision)))

    async def close(self) -> None:
        """Go without a word."""
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()

    def _send(self, kind: int, payload: bytes) -> None:
        assert len(payload) < 126
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
        self._writer.write(struct.pack("!BB", 0x80 | kind, 0x80 | len(payload)) + mask + masked)
