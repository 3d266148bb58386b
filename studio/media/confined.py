"""A clip's pictures, decoded in a child with limits: what tracks them never runs a stranger's file through a parser.

The child is `python -m studio.media.confined`. It takes JSON lines on stdin, first what to open, then stretches to
read; it answers the first with what the clip is and each stretch with pictures, all with a letter in front.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import struct
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import numpy as np

from studio.media.child import keep_ready, take
from studio.media.clip import Picture
from studio.media.errors import MediaError
from studio.media.sandbox import Crashed, Limits, Refused, TooSlow, bounds_of, confine

MODULE = "studio.media.confined"
PIPE_BYTES = 1 << 20  # the most that Linux lets anybody have: a picture passes in a few turns
LIMITS = Limits(silent_s=240.0)  # where a file cannot be sought in, the first picture may be long in coming

_CLIP, _PICTURE, _END, _FAULT = b"C", b"P", b"E", b"F"
_SIZE = struct.Struct("<I")


def keep_one_ready() -> None:
    """Start the next child before somebody waits for it: a first picture is there at once."""
    keep_ready(MODULE)


class ConfinedPictures:
    """Frames of one clip by index, as Clip.frames gives them. Leaving it ends the child.

    Raises what opening the clip raises, as Refused with the same code and sentence.
    """

    width: int  # upright
    height: int
    frame_count: int

    def __init__(self, path: Path, *, table: Path | None = None, max_pixels: int, limits: Limits = LIMITS) -> None:
        """A video file with its frame table, or a folder of pictures without."""
        reads = [path] if table is None else [path, table]
        self._wish = {
            **bounds_of(limits, reads),
            "path": str(path),
            "table": None if table is None else str(table),
            "max_pixels": max_pixels,
        }
        self._limits = limits
        self._child: _Child | None = None
        self._started()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def frames(self, start: int = 0, stop: int | None = None, step: int = 1) -> Iterator[Picture]:
        """Frames start, start + step, ... up to but not stop: see Clip.frames. One stretch is read at a time.

        Raises a MediaError: Refused for what the child found wrong, Crashed where it died, TooSlow where it is silent.
        """
        child = self._started()
        child.ask({"start": start, "stop": stop, "step": step})
        try:
            while (kind := child.read(1)) == _PICTURE:
                picture: Picture = np.empty((self.height, self.width, 3), np.uint8)
                child.read_into(picture.reshape(-1).data)
                yield picture
            if kind != _END:
                child.complain(kind)
        except BaseException:  # also where nobody wants the rest: it would come before the next stretch
            self._end()
            raise

    def _started(self) -> _Child:
        """The child; a new one where there is none, or where the thread that started it is gone, and it with it."""
        if self._child is None or not self._child.is_alive:
            self._end()
            self._child = _Child(self._wish, self._limits)
            try:
                kind = self._child.read(1)
                if kind != _CLIP:
                    self._child.complain(kind)
                self.width, self.height, self.frame_count = (self._child.number() for _ in range(3))
            except MediaError:
                self._end()
                raise
        return self._child

    def _end(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None


class _Child:
    """The process, and the two pipes to it."""

    def __init__(self, wish: Mapping[str, object], limits: Limits) -> None:
        self._started = take(MODULE)
        self._process = self._started.process
        self._silent_s = limits.silent_s
        assert self._process.stdin is not None and self._process.stdout is not None, "they were asked for"
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        self._pipe = self._stdout.fileno()
        _widen(self._pipe)
        self.ask(wish)

    @property
    def is_alive(self) -> bool:
        return self._started.is_alive

    def ask(self, wish: Mapping[str, object]) -> None:
        with contextlib.suppress(BrokenPipeError):  # the answer says why
            self._stdin.write(json.dumps(wish).encode() + b"\n")
            self._stdin.flush()

    def read(self, size: int) -> bytes:
        held = bytearray(size)
        self.read_into(memoryview(held))
        return bytes(held)

    def read_into(self, room: memoryview) -> None:
        """Fill it. Raises Crashed or TooSlow."""
        filled = 0
        while filled < len(room):
            if not select.select([self._pipe], [], [], self._silent_s)[0]:
                raise TooSlow(
                    f"Reading this clip made no headway for {self._silent_s:.0f} seconds, so it was given up."
                )
            read = os.readv(self._pipe, [room[filled:]])
            if not read:
                code = self._process.wait()
                raise Crashed(
                    f"Reading this clip stopped the reader (signal or status {code}), so it cannot be tracked."
                )
            filled += read

    def number(self) -> int:
        return int(_SIZE.unpack(self.read(_SIZE.size))[0])

    def complain(self, kind: bytes) -> None:
        """Raise what the child answered instead of pictures."""
        if kind != _FAULT:
            raise Crashed("Reading this clip gave no pictures, so it cannot be tracked.")
        told = json.loads(self.read(self.number()))
        raise Refused(str(told["code"]), str(told["message"]))

    def end(self) -> None:
        self._started.end()


def _widen(pipe: int) -> None:
    if sys.platform == "linux":
        import fcntl

        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)


def _answer(out: IO[bytes]) -> None:
    """The child: confine before any file is opened, open, and give stretches until nobody asks."""
    from studio.media.frame_table import FrameTable  # by now, so that a child that waits has loaded all it needs
    from studio.media.reader import open_clip

    wishes = sys.stdin.buffer
    first = wishes.readline()
    if not first:
        return  # whoever kept it ready is gone
    wish = json.loads(first)
    confine(wish)

    def give(*parts: bytes | memoryview) -> None:
        for part in parts:
            out.write(part)
        out.flush()

    try:
        table = None if wish["table"] is None else FrameTable.from_bytes(Path(wish["table"]).read_bytes())
        clip = open_clip(Path(wish["path"]), table=table, max_pixels=wish["max_pixels"])
        give(_CLIP, *(_SIZE.pack(number) for number in (clip.width, clip.height, clip.frame_count)))
        while line := wishes.readline():
            asked = json.loads(line)
            for picture in clip.frames(asked["start"], asked["stop"], asked["step"]):
                give(_PICTURE, np.ascontiguousarray(picture).reshape(-1).data)
            give(_END)
    except (MediaError, MemoryError) as fault:
        code = fault.code if isinstance(fault, MediaError) else "memory"
        words = (
            str(fault)
            if isinstance(fault, MediaError)
            else "Reading this clip needs more memory than this server gives."
        )
        told = json.dumps({"code": code, "message": words}).encode()
        give(_FAULT, _SIZE.pack(len(told)), told)


if __name__ == "__main__":
    with open(os.dup(1), "wb", buffering=0) as pipe:  # noqa: PTH123  a parser that prints must not print among pictures
        os.dup2(2, 1)
        _answer(pipe)
