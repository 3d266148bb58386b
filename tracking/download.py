"""Fetching one file over HTTP: resumed where it broke off, verified before anyone opens it."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from tracking.errors import ChecksumMismatch, DownloadFailed
from tracking.manifest import sha256_of

TIMEOUT_S = 30.0
_CHUNK = 1 << 18

Progress = Callable[[int, int | None], None]  # bytes there now, bytes in all where known


def fetch(url: str, path: Path, *, sha256: str | None, size: int | None, progress: Progress | None = None) -> str:
    """Download url to path; returns its sha256.

    What has arrived is kept in PATH.part, and a later call asks for the rest only. path appears whole and verified, or
    not at all. Raises DownloadFailed when the server cannot be reached or stops, ChecksumMismatch when size or sum are
    not those given; the wrong file is deleted.
    """
    if not url.startswith(("http://", "https://")):
        raise DownloadFailed(f"{url} is not an http address")
    part = path.with_name(path.name + ".part")
    part.parent.mkdir(parents=True, exist_ok=True)
    if size is not None and part.exists() and part.stat().st_size > size:
        part.unlink()
    if not (size is not None and part.exists() and part.stat().st_size == size):
        _receive(url, part, progress)
    have = part.stat().st_size
    if size is not None and have != size:
        if have > size:
            part.unlink()
            raise ChecksumMismatch(f"{url} has more than the {size:,} bytes it should have; it was deleted")
        raise DownloadFailed(f"the connection to {url} ended after {have:,} of {size:,} bytes; run it again to go on")
    digest = sha256_of(part)
    if sha256 is not None and digest != sha256:
        part.unlink()
        raise ChecksumMismatch(f"{url} has sha256 {digest} where {sha256} was expected; it was deleted unopened")
    part.replace(path)
    return digest


def _receive(url: str, part: Path, progress: Progress | None) -> None:
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})  # noqa: S310 - http(s) only
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310 - http(s) only, checked
            if answer.status != http.client.PARTIAL_CONTENT:
                have = 0  # a server without ranges sends everything again
            length = answer.headers.get("Content-Length")
            total = have + int(length) if length is not None else None
            with part.open("ab" if have else "wb") as file:
                while chunk := answer.read(_CHUNK):
                    file.write(chunk)
                    have += len(chunk)
                    if progress is not None:
                        progress(have, total)
            if total is not None and have < total:
                raise DownloadFailed(
                    f"the connection to {url} ended after {have:,} of {total:,} bytes; run it again to go on"
                )
    except urllib.error.HTTPError as fault:
        if fault.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE and have:
            return  # all of it is here already; the sum decides
        raise DownloadFailed(f"{url} answered {fault.code} {fault.reason}") from fault
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as fault:
        reason = getattr(fault, "reason", fault)
        raise DownloadFailed(f"{url} cannot be reached: {reason}") from fault
    except OSError as fault:
        raise DownloadFailed(f"{part} cannot be written: {fault.strerror or fault}") from fault
