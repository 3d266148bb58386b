"""The web process: `python -m studio.launch.web` is Daphne with the same options, and takes no large body from anybody.

Daphne itself keeps a request's body on disk until it is whole, before any view can say that it is too large. Here a
body is measured by its header, and counted on the way where it has none: over the limit it is answered 413, and nothing
of it is kept. A header by which Daphne would let a stranger move the application's root is dropped.
"""

from __future__ import annotations

import json
import os
import sys

import daphne.server
from daphne.cli import CommandLineInterface
from daphne.http_protocol import HTTPFactory, WebRequest
from twisted.internet.interfaces import IAddress
from twisted.web.http import HTTPChannel

MOST_BODY_BYTES = 9 * 1024**2  # a piece of an upload has 8 MiB at most, everything else far less
STILL_HEARD_BYTES = (
    2 * MOST_BODY_BYTES
)  # thrown away after the answer, so that a client in the middle of sending reads it
STILL_HEARD_S = 2.0
SOCKET_OPENS_WITHIN_S = 30  # all pages come back at once to a busy machine; one that is refused only asks again

_SENTENCE = f"The body of a request has at most {MOST_BODY_BYTES} bytes here; send files in pieces, to /uploads/."
_BODY = json.dumps({"code": "too-large", "message": _SENTENCE}).encode()
_ANSWER = (
    b"HTTP/1.1 413 Content Too Large\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n"
    b"X-Content-Type-Options: nosniff\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(_BODY), _BODY)
)


class BoundedRequest(WebRequest):  # type: ignore[misc]  # daphne has no types
    """A request whose body is refused over MOST_BODY_BYTES, before it is kept."""

    arrived = 0  # bytes of the body
    refused = False

    def gotLength(self, length: int | None) -> None:  # noqa: N802  Twisted's name: all headers are there
        self.requestHeaders.removeHeader(b"daphne-root-path")
        too_large = length is not None and length > MOST_BODY_BYTES
        super().gotLength(0 if too_large else length)
        if too_large:
            self._refuse()

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802  Twisted's name: a piece of the body
        self.arrived += len(data)
        if self.arrived > MOST_BODY_BYTES and not self.refused:
            self._refuse()
        if not self.refused:
            super().handleContentChunk(data)
        elif self.arrived > STILL_HEARD_BYTES:
            self.channel.loseConnection()

    def process(self) -> None:
        """All of the body is here: give the request to the application, or end what was refused."""
        if self.refused:
            self.channel.loseConnection()
        else:
            super().process()

    def _refuse(self) -> None:
        self.refused = True
        self.requestHeaders.removeHeader(b"expect")  # or Twisted would still ask for the body
        self.channel.transport.write(_ANSWER)
        self.channel.callLater(STILL_HEARD_S, self.channel.loseConnection)


class BoundedFactory(HTTPFactory):  # type: ignore[misc]  # daphne has no types
    """Makes every request a BoundedRequest."""

    def buildProtocol(self, addr: IAddress) -> HTTPChannel:  # noqa: N802  Twisted's name
        protocol: HTTPChannel = super().buildProtocol(addr)
        protocol.requestFactory = BoundedRequest
        return protocol


def main(arguments: list[str]) -> None:
    """Serve, with Daphne's own options, of which a socket's time to open is longer."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
    daphne.server.HTTPFactory = BoundedFactory
    interface = CommandLineInterface()
    interface.parser.set_defaults(websocket_connect_timeout=SOCKET_OPENS_WITHIN_S)
    interface.run(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
