"""Reading a stranger's annotation file in a child with limits: what it is, and what it would make.

`read_file` runs in the worker and starts the child; `python -m studio.imports.reading` is the child. PNGs, run lengths
and XML go through C code, and JSON through all the memory it likes: both end the child only.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import msgpack

from studio.imports.errors import BadImport, UnknownKind
from studio.imports.kinds import KINDS
from studio.imports.scene import Box, Clip, Found
from studio.media.sandbox import Crashed, Limits, answer_one_request, run_confined, say

LIMITS = Limits(memory_bytes=4 * 1024**3, file_bytes=2 * 1024**3, silent_s=120.0, wall_s=3600.0)
_SAY_EVERY_S = 0.25


@dataclass(frozen=True, slots=True)
class ReadObject:
    """An object as it is to be made."""

    number: int | None
    name: str
    color: str  # "" is the next of the studio's own
    visible: bool


@dataclass(frozen=True, slots=True)
class ReadRun:
    """A run that a project file's masks came from."""

    weights: str
    profile: str
    direction: str
    first_frame: int
    last_frame: int
    objects: tuple[int, ...]  # their numbers in the file
    created: str  # ISO 8601


class ReadScene:
    """What the child wrote: objects and boxes at once, masks as they are asked for."""

    def __init__(self, path: Path, clip: Clip) -> None:
        """Raises BadImport where the file is not what a sound child writes: the child read strangers' bytes."""
        self._path, self._clip = path, clip
        with path.open("rb") as file:
            head = next(iter(msgpack.Unpacker(file, use_list=False)))
        try:
            self.objects = tuple(
                ReadObject(None if number is None else int(number), str(name), str(color), bool(visible))
                for number, name, color, visible in head["objects"]
            )
            self.prompts: tuple[tuple[int, int, Box], ...] = tuple(
                (self._place(place), self._frame(frame), (float(box[0]), float(box[1]), float(box[2]), float(box[3])))
                for place, frame, box in head["prompts"]
            )
            self.runs = tuple(None if run is None else ReadRun(**run) for run in head["runs"])
        except (TypeError, ValueError, KeyError, IndexError) as fault:
            raise _unsound() from fault

    def masks(self) -> Iterator[Found]:
        """Mask after mask, by object and frame."""
        with self._path.open("rb") as file:
            unpacker = msgpack.Unpacker(file, use_list=False)
            next(unpacker)
            for row in unpacker:
                yield self._sound(row)

    def _sound(self, row: Sequence[object]) -> Found:
        kinds = (int, int, bytes, int, float, tuple, str)
        if len(row) != 8 or not all(isinstance(value, kind) for value, kind in zip(row, kinds, strict=False)):
            raise _unsound()
        found = Found(*row)  # type: ignore[arg-type]  # checked just now
        self._place(found.object)
        self._frame(found.frame)
        return found

    def _place(self, place: int) -> int:
        if not 0 <= place < len(self.objects):
            raise _unsound()
        return place

    def _frame(self, frame: int) -> int:
        if not 0 <= frame < self._clip.frame_count:
            raise _unsound()
        return frame


def read_file(
    path: Path,
    name: str,
    clip: Clip,
    kind: str,
    result: Path,
    hear: Callable[[int], None],
    *,
    tick: Callable[[], None] = lambda: None,
    limits: Limits = LIMITS,
) -> dict[str, object]:
    """Read a file for a clip and write what it makes to `result`; returns kind, objects, masks, prompts, notes, source.

    `kind` is one of KINDS, or empty to be found out. `hear` gets how many masks were read. Raises a MediaError.
    """
    assert not kind or kind in KINDS, "the edges check it"
    request = {"path": str(path), "name": name, "clip": asdict(clip), "kind": kind, "result": str(result)}

    def hear_line(line: Mapping[str, object]) -> None:
        many = line.get("masks")
        hear(many if isinstance(many, int) else 0)

    try:
        places = {"reads": [path], "writes": [result.parent]}
        return run_confined("studio.imports.reading", request, hear_line, limits=limits, tick=tick, **places)
    except Crashed as fault:
        raise BadImport(name, "reading it stopped the reader, so it cannot be imported") from fault


def read_here(
    path: Path, name: str, clip: Clip, kind: str, result: Path, tick: Callable[[], None] = lambda: None
) -> dict[str, object]:
    """What read_file's child does; `tick` hears of every mask."""
    from studio.imports.files import Files
    from studio.imports.formats import FORMATS
    from studio.imports.own import Manifest
    from studio.imports.scene import Scene

    scene = Scene(clip, tick)
    with Files(path, name, clip.frame_count) as files:
        if not kind:
            kind = next((known for known, reader in FORMATS.items() if reader.recognises(files)), "")
        if not kind:
            titles = ", ".join(KINDS.values())
            raise UnknownKind(f"{name}: this is none of the files that can be imported ({titles}).")
        own = {} if kind == "project" else files.manifest
        FORMATS[kind].read(files, scene, Manifest(own, clip))
    summary = scene.summary()
    if not summary["masks"] and not summary["prompts"]:
        raise BadImport(name, f"read as {KINDS[kind]}, there is no mask in it")
    scene.write(result)
    return {"kind": kind, **summary}


def _answer(request: Mapping[str, object]) -> Mapping[str, object]:
    """The child's whole work."""
    clip = Clip(**request["clip"])  # type: ignore[arg-type]  # written by read_file
    path, result = Path(str(request["path"])), Path(str(request["result"]))
    return read_here(path, str(request["name"]), clip, str(request["kind"]), result, _Counted())


class _Counted:
    """Counts masks and says how many, not more often than anybody reads it."""

    def __init__(self) -> None:
        self._many, self._said = 0, 0.0

    def __call__(self) -> None:
        self._many += 1
        now = time.monotonic()
        if now - self._said >= _SAY_EVERY_S:
            self._said = now
            say({"masks": self._many})


def _unsound() -> BadImport:
    return BadImport("this file", "what was read of it makes no sense, so it is not imported")


if __name__ == "__main__":
    answer_one_request(_answer)
