"""Requests to a studio: a token with each, the server's own sentence where it refuses."""

from __future__ import annotations

import http.client
import json
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from studio.client.errors import Refused

WAIT_S = 60.0  # for an answer to begin
LOOK_EVERY_S = 0.4  # at work that goes on
_MOST_ANSWER_BYTES = 64 * 1024**2
_TRIES = 4  # of a request that only reads
_TRIES_APART_S = 0.5


class Unreachable(Refused):
    """Nobody answers at the server's address, or the connection was lost; asking again may help."""

    def __init__(self, server: str, reason: str) -> None:
        super().__init__("unreachable", f"The studio at {server} does not answer: {reason}.")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    def json(self) -> dict[str, object]:
        """The body as an object. Raises Refused where it is none."""
        value = _parsed(self.body)
        if not isinstance(value, dict):
            raise Refused("not-a-studio", "The server's answer is not one of a studio; check its address.")
        return value

    def list(self) -> list[dict[str, object]]:
        """The body as a list of objects. Raises Refused where it is none."""
        value = _parsed(self.body)
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise Refused("not-a-studio", "The server's answer is not one of a studio; check its address.")
        return value


class Server:
    """A studio at an address, asked as the person of a token."""

    def __init__(self, url: str, token: str) -> None:
        """Raises Refused for an address that is none."""
        parts = urlsplit(url if "://" in url else f"http://{url}")
        try:
            port = parts.port
        except ValueError as fault:
            raise Refused("bad-server", f"{url} is not the address of a server.") from fault
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Refused("bad-server", f"{url} is not the address of a server; it begins with http:// or https://.")
        self.url = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}/"
        self._host, self._port, self._tls, self._token = parts.hostname, port, parts.scheme == "https", token

    def get(self, path: str) -> Answer:
        """Read; a lost connection is tried again."""
        for attempt in range(1, _TRIES + 1):
            try:
                return self.send("GET", path)
            except Unreachable:
                if attempt == _TRIES:
                    raise
                time.sleep(_TRIES_APART_S * attempt)
        raise AssertionError("the last attempt returns or raises")

    def post(self, path: str, body: object, method: str = "POST") -> Answer:
        """Send JSON."""
        return self.send(method, path, json.dumps(body).encode(), {"Content-Type": "application/json"})

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request and its whole answer. Raises Refused with the server's sentence, or Unreachable."""
        with self.opened(method, path, body, headers) as response:
            content = response.read(_MOST_ANSWER_BYTES)
            answer = Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, content)
        if answer.status >= 300:
            raise refusal(answer.status, answer.body)
        return answer

    @contextmanager
    def opened(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Iterator[http.client.HTTPResponse]:
        """One request and its answer, to be read bit by bit. Faults of the connection are Unreachable."""
        target = urlsplit(urljoin(self.url, path.lstrip("/")) if "://" not in path else path)
        if (target.hostname, target.port) != (self._host, self._port):
            raise Refused("elsewhere", f"The server named an address of another, {target.hostname}: not followed.")
        connection = self._connection()
        try:
            query = f"?{target.query}" if target.query else ""
            sent = {"Authorization": f"Bearer {self._token}", "Accept": "application/json", **(headers or {})}
            connection.request(method, f"{target.path}{query}", body, sent)
            yield connection.getresponse()
        except (OSError, http.client.HTTPException) as fault:
            raise Unreachable(self.url, str(fault).lower().rstrip(".") or type(fault).__name__) from fault
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        if self._tls:
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(self._host, self._port, timeout=WAIT_S, context=context)
        return http.client.HTTPConnection(self._host, self._port, timeout=WAIT_S)


def refusal(status: int, body: bytes) -> Refused:
    """What the server said no with: its own code and sentence, or the status where it has none."""
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    if isinstance(said, dict) and isinstance(said.get("code"), str) and isinstance(said.get("message"), str):
        return Refused(said["code"], said["message"])
    return Refused("error", f"The server answered with error {status}.")


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError as fault:
        raise Refused("not-a-studio", "The server's answer is not one of a studio; check its address.") from fault
