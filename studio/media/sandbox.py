"""Running what reads strangers' files in a child with limits, so that a broken file can end only the child.

The child (studio.media.child) takes one JSON request on stdin, confines itself before it opens any file, and answers
with JSON lines on stdout: {"share": 0..1, ...} as often as it likes, then one {"result": ...} or
{"fault": {"code", "message"}}. Silence for too long ends it.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from studio.media.child import take
from studio.media.errors import MediaError
from studio.media.landlock import restrict

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_TICK_S = 0.25  # how often the parent is asked whether it still wants the answer
_LONGEST_LINE = 1 << 22  # bytes


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may use."""

    memory_bytes: int = 4 * 1024**3  # of address space, thread stacks included
    file_bytes: int = 32 * 1024**3  # largest file it may write
    files: int = 256
    silent_s: float = 20.0  # without a line from it
    wall_s: float = 6 * 3600.0


class Crashed(MediaError):
    """The child ended without an answer: a fault in a parser, or a limit that it ran into."""

    code = "unreadable-video"


class TooSlow(MediaError):
    """The child fell silent, or took longer than it may."""

    code = "too-slow"


class Refused(MediaError):
    """What the child answered instead of a result; its code and sentence are the child's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def run_confined(
    module: str,
    request: Mapping[str, object],
    hear: Callable[[Mapping[str, object]], None],
    *,
    limits: Limits | None = None,
    reads: Iterable[Path] = (),
    writes: Iterable[Path] = (),
    tick: Callable[[], None] = lambda: None,
) -> dict[str, object]:
    """Run `python -m module` confined and return its result; `hear` gets each line before it.

    It reads these files and folders and writes in those, and opens nothing else of ours where the kernel can see to it.
    Whatever `hear` or `tick` raises ends the child and goes on. Raises Refused, Crashed or TooSlow.
    """
    limits = limits or Limits()
    child = take(module)
    try:
        stdin = child.process.stdin
        assert stdin is not None, "it was asked for"
        with contextlib.suppress(BrokenPipeError):
            stdin.write(json.dumps({**bounds_of(limits, reads, writes), **request}).encode())
            stdin.close()
        answer = _listen(child.process, hear, tick, limits)
    finally:
        code = child.end()
    if answer is None:
        raise Crashed(f"Reading this file stopped the reader (signal or status {code}), so it cannot be used.")
    return answer


def bounds_of(limits: Limits, reads: Iterable[Path] = (), writes: Iterable[Path] = ()) -> dict[str, object]:
    """What a request says for confine."""
    return {
        "limits": asdict(limits),
        "parent": os.getpid(),
        "reads": [str(path) for path in reads],
        "writes": [str(path) for path in writes],
    }


def confine(request: Mapping[str, Any]) -> None:
    """Called by the child before it touches anything: no network and no files of others where the system allows, and
    the limits of the request."""
    limits, parent = Limits(**request["limits"]), request["parent"]
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        if os.getppid() != parent:
            raise SystemExit(1)  # the parent died before the wish was heard
        if libc.unshare(_CLONE_NEWNET) != 0:
            libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)  # best effort: a container may forbid both
        restrict(map(Path, request["reads"]), map(Path, request["writes"]))  # best effort: an old kernel has none
        _limit(resource.RLIMIT_AS, limits.memory_bytes)  # macOS has the name, but refuses the value
    _limit(resource.RLIMIT_FSIZE, limits.file_bytes)
    _limit(resource.RLIMIT_NOFILE, limits.files)
    _limit(resource.RLIMIT_CORE, 0)


def network_can_be_taken_away() -> bool:
    """Whether this system lets a child have a network namespace of its own."""
    if sys.platform != "linux":
        return False
    code = (
        "import ctypes; libc = ctypes.CDLL(None); "
        f"raise SystemExit(libc.unshare({_CLONE_NEWNET}) != 0 and libc.unshare({_CLONE_NEWUSER | _CLONE_NEWNET}) != 0)"
    )
    return subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603  our own words


def say(line: Mapping[str, object]) -> None:
    """Called by the child: one line to the parent."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def answer_one_request(answer: Callable[[Mapping[str, object]], Mapping[str, object]]) -> None:
    """Called by the child: confine, answer the request on stdin, and put every fault into words."""
    asked = sys.stdin.buffer.read()
    if not asked:
        return  # whoever kept it ready is gone, or has no work for it
    request = json.loads(asked)
    confine(request)
    try:
        say({"result": answer(request)})
    except MediaError as fault:
        say({"fault": {"code": fault.code, "message": str(fault)}})
    except MemoryError:
        say({"fault": {"code": "memory", "message": "Reading this file needs more memory than this server gives."}})


def _listen(
    child: subprocess.Popen[bytes],
    hear: Callable[[Mapping[str, object]], None],
    tick: Callable[[], None],
    limits: Limits,
) -> dict[str, object] | None:
    """The child's result, or None when it ended without one."""
    assert child.stdout is not None, "it was asked for"
    pipe = child.stdout.fileno()
    started = heard = time.monotonic()
    waiting = b""
    while True:
        tick()
        now = time.monotonic()
        if now - heard > limits.silent_s:
            raise TooSlow(f"Reading this file made no headway for {limits.silent_s:.0f} seconds, so it was given up.")
        if now - started > limits.wall_s:
            raise TooSlow(f"Reading this file took more than {limits.wall_s / 3600:.0f} hours, so it was given up.")
        if not select.select([pipe], [], [], _TICK_S)[0]:
            continue
        piece = os.read(pipe, 1 << 16)
        if not piece:
            return None
        heard = time.monotonic()
        *lines, waiting = (waiting + piece).split(b"\n")
        if len(waiting) > _LONGEST_LINE:
            return None
        for line in lines:
            said = _understood(line)
            if said is None:
                return None
            result, fault = said.get("result"), said.get("fault")
            if isinstance(result, dict):
                return result
            if isinstance(fault, dict):
                raise Refused(str(fault.get("code")), str(fault.get("message")))
            hear(said)


def _understood(line: bytes) -> dict[str, object] | None:
    try:
        said = json.loads(line)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def _limit(kind: int, most: int) -> None:
    _, hard = resource.getrlimit(kind)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(kind, (most, most))
