"""download VIDEO_ID --format F -o FILE: have a file made, fetch it piece by piece, check its sum."""

from __future__ import annotations

import argparse
import hashlib
import http.client
import json
import time
from pathlib import Path
from typing import BinaryIO

from studio.client.errors import Refused
from studio.client.job import Told, part, wait_for
from studio.client.progress import Bar
from studio.client.server import Server, Unreachable, refusal

RETRIES = 8  # in a row without a byte getting through
LONGEST_WAIT_S = 15.0
_PIECE_BYTES = 256 * 1024


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Which file, and where to."""
    command.add_argument("video", metavar="VIDEO_ID")
    command.add_argument("--format", required=True, help="overlay, coco, davis, vot, csv, ...")
    command.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="of the format: every=2, objects=[1,3], region=mask",
    )
    command.add_argument("-o", "--output", type=Path, metavar="FILE", help="the studio's own name for it without")


def run(arguments: argparse.Namespace, server: Server) -> int:
    """Make, fetch, check; prints where the file is."""
    wish = {"format": arguments.format, "options": dict(parse_option(text) for text in arguments.option)}
    path = f"/api/videos/{arguments.video}/exports"
    export_id = server.post(path, wish).json().get("id")

    def told() -> Told:
        return next((export for export in server.get(path).list() if export.get("id") == export_id), {})

    wait_for("making   ", lambda: part(told(), "job"))
    export = told()
    output = arguments.output or Path(Path(str(export.get("file_name"))).name)
    fetch(server, str(export.get("url")), output, str(export.get("sha256")), _size(export))
    print(output)
    return 0


def parse_option(text: str) -> tuple[str, object]:
    """ "every=2" as ("every", 2): JSON where it is JSON, else the words themselves. Raises Refused without an =."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise Refused("bad-option", f"An option is NAME=VALUE, got {text!r}.")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def fetch(server: Server, url: str, output: Path, sha256: str, size: int) -> None:
    """Fetch a file; it is under its name when it is whole and has this sum, beside until then. Raises Refused."""
    beside = output.with_name(f".{output.name}.{sha256[:12]}.part")  # of this content: another file never goes on there
    try:
        _fetch_rest(server, url, beside, size)
        with beside.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != sha256:
            beside.unlink()
            raise Refused(
                "wrong-sum", f"{output.name} arrived with the sum {found[:12]}..., not {sha256[:12]}...; try again."
            )
        beside.replace(output)
    except OSError as fault:
        raise Refused(
            "cannot-write", f"{output} cannot be written: {(fault.strerror or str(fault)).lower()}."
        ) from fault


def _fetch_rest(server: Server, url: str, beside: Path, size: int) -> None:
    """Go on where the file ends, through lost connections, until it has all its bytes."""
    failures = 0
    with Bar("fetching ") as bar, beside.open("ab") as file:
        if file.tell() > size:
            file.truncate(0)
        while (done := file.seek(0, 2)) < size:
            try:
                _fetch_once(server, url, file, size, bar)
                lost = Unreachable(server.url, "the connection ends early")
            except Unreachable as fault:
                lost = fault
            file.flush()
            if file.seek(0, 2) > done:
                failures = 0
                continue
            failures += 1
            if failures > RETRIES:
                raise lost
            time.sleep(min(0.25 * 2**failures, LONGEST_WAIT_S))


def _fetch_once(server: Server, url: str, file: BinaryIO, size: int, bar: Bar) -> None:
    done = file.tell()
    with server.opened("GET", url, None, {"Range": f"bytes={done}-"}) as response:
        _check_range(response, done)
        while piece := response.read(_PIECE_BYTES):
            try:
                file.write(piece)
            except OSError as fault:  # this machine's, not the connection's
                raise Refused("cannot-write", f"The file cannot be written: {fault.strerror or fault}.") from fault
            done += len(piece)
            bar.show(min(done / size, 1.0), f"{done / 1e6:,.1f} of {size / 1e6:,.1f} MB")


def _check_range(response: http.client.HTTPResponse, done: int) -> None:
    """Raise Refused unless what comes fits where the file ends."""
    from_there = (response.headers.get("Content-Range") or "").startswith(f"bytes {done}-")
    if (response.status == 200 and done == 0) or (response.status == 206 and from_there):
        return
    if response.status >= 400:
        raise refusal(response.status, response.read())
    raise Refused("not-a-studio", "The server does not go on where the file ends; delete the .part file and try again.")


def _size(export: Told) -> int:
    size = export.get("byte_size")
    if not isinstance(size, int):
        raise Refused("not-a-studio", "The server does not say how large the file is.")
    return size
