"""upload FILE: send a clip by tus, go on where an earlier attempt stopped, wait until it is ready."""

from __future__ import annotations

import argparse
import json
import os
import time
from base64 import b64encode
from pathlib import Path

from studio.client.errors import Refused
from studio.client.job import Told
from studio.client.progress import Bar, note_of
from studio.client.server import LOOK_EVERY_S, Answer, Server, Unreachable

PIECE_BYTES = 4 * 1024**2  # the server takes 8 MiB
TUS = {"Tus-Resumable": "1.0.0"}
RETRIES = 8  # in a row without a byte getting through
LONGEST_WAIT_S = 15.0
_OCTETS = "application/offset+octet-stream"


def add_arguments(command: argparse.ArgumentParser) -> None:
    """FILE, and whether to wait."""
    command.add_argument("file", type=Path, metavar="FILE", help="a video, or a zip of pictures")
    command.add_argument("--no-wait", action="store_true", help="do not wait until the clip is ready")


def run(arguments: argparse.Namespace, server: Server) -> int:
    """Send the file; prints the clip's id."""
    video_id = send(server, arguments.file)
    if not arguments.no_wait:
        wait_until_ready(server, video_id)
    print(video_id)
    return 0


def send(server: Server, path: Path) -> str:
    """Send a file piece by piece and return its clip's id. Raises Refused."""
    _, answer = send_file(server, path)
    video_id = answer.headers.get("studio-video")
    if video_id is None:
        raise Refused("not-a-studio", "The server took the file but does not say which clip it became.")
    return video_id


def send_file(server: Server, path: Path, purpose: str = "clip") -> tuple[str, Answer]:
    """Send a file piece by piece; the upload's address and the last answer. Raises Refused."""
    try:
        found = path.stat()
    except OSError as fault:
        raise Refused("no-such-file", f"{path} cannot be read: {(fault.strerror or str(fault)).lower()}.") from fault
    if not path.is_file() or not found.st_size:
        raise Refused("no-such-file", f"{path} is not a file with anything in it.")
    mark = "" if purpose == "clip" else f" {purpose}"
    begun = Begun(f"{server.url} {path.resolve()} {found.st_size} {found.st_mtime_ns}{mark}")
    location, offset = _resumed(server, begun.location) if begun.location else (None, 0)
    if location is None:
        location, offset = _begin(server, path, found.st_size, purpose), 0
        begun.remember(location)
    answer = _send_rest(server, path, found.st_size, location, offset)
    begun.forget()
    return location, answer


def wait_until_ready(server: Server, video_id: str) -> Told:
    """Ask until the clip is ready. Raises Refused with what is wrong with it."""
    with Bar("taking in") as bar:
        while True:
            video = server.get(f"/api/videos/{video_id}").json()
            if video.get("state") == "ready":
                bar.show(1.0)
                return video
            if video.get("state") == "failed":
                raise Refused(str(video.get("error_code") or "failed"), str(video.get("error") or "This is no clip."))
            job = video.get("job")
            if isinstance(job, dict):
                progress = job.get("progress")
                bar.show(float(progress) if isinstance(progress, int | float) else 0.0, note_of(job))
            time.sleep(LOOK_EVERY_S)


class Begun:
    """The address of an unfinished upload, kept in a file of the person's until it is whole."""

    def __init__(self, key: str) -> None:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        self._file = Path(base) / "siammask-studio" / "uploads.json"
        self._key = key

    @property
    def location(self) -> str | None:
        """Where the server keeps what was sent, if anything was."""
        location = self._all().get(self._key)
        return location if isinstance(location, str) else None

    def remember(self, location: str) -> None:
        """Note an upload that has begun."""
        self._write({**self._all(), self._key: location})

    def forget(self) -> None:
        """The upload is whole, or the server no longer knows it."""
        self._write({key: value for key, value in self._all().items() if key != self._key})

    def _all(self) -> dict[str, object]:
        try:
            known = json.loads(self._file.read_text())
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}

    def _write(self, known: dict[str, object]) -> None:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            beside = self._file.with_name(f".{self._file.name}.{os.getpid()}")
            beside.write_text(json.dumps(known, indent=1))
            beside.replace(self._file)
        except OSError:
            return  # nothing is lost but the way back to this upload


def _begin(server: Server, path: Path, size: int, purpose: str) -> str:
    said = {"filename": path.name, "purpose": purpose}
    metadata = ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in said.items())
    headers = {**TUS, "Upload-Length": str(size), "Upload-Metadata": metadata}
    location = server.send("POST", "/uploads/", None, headers).headers.get("location")
    if location is None:
        raise Refused("not-a-studio", "The server does not say where to send the file; check its address.")
    return location


def _resumed(server: Server, location: str) -> tuple[str | None, int]:
    """The upload and how much of it the server has; None when it no longer knows it."""
    try:
        return location, _offset(server.send("HEAD", location, None, TUS))
    except Unreachable:
        raise
    except Refused:
        return None, 0


def _send_rest(server: Server, path: Path, size: int, location: str, offset: int) -> Answer:
    """Send from offset to the end, asking after every fault what has arrived."""
    failures = 0
    with Bar("sending  ") as bar, path.open("rb") as file:
        while True:
            bar.show(offset / size, f"{offset / 1e6:,.0f} of {size / 1e6:,.0f} MB")
            file.seek(offset)
            piece = file.read(PIECE_BYTES)
            headers = {**TUS, "Content-Type": _OCTETS, "Upload-Offset": str(offset)}
            try:
                answer = server.send("PATCH", location, piece, headers)
            except Refused as fault:
                if not isinstance(fault, Unreachable) and fault.code != "wrong-offset":
                    raise
                failures += 1
                if failures > RETRIES:
                    raise
                time.sleep(min(0.25 * 2**failures, LONGEST_WAIT_S))
                offset = _asked(server, location, offset)
                continue
            failures, offset = 0, _offset(answer)
            if offset >= size:
                bar.show(1.0, f"{size / 1e6:,.0f} MB")
                return answer


def _asked(server: Server, location: str, known: int) -> int:
    try:
        return _offset(server.send("HEAD", location, None, TUS))
    except Unreachable:
        return known  # still away: the next piece will tell


def _offset(answer: Answer) -> int:
    text = answer.headers.get("upload-offset", "")
    if not text.isascii() or not text.isdigit():
        raise Refused("not-a-studio", "The server does not say how much has arrived; check its address.")
    return int(text)
