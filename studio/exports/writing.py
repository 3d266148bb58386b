"""Writing an export's file in a child with limits: what decodes a stranger's clip, and its sound, ends the child only.

`write_file` runs in the worker and starts the child; `python -m studio.exports.writing` is the child. It is given the
masks in a file, and what the manifest says of where they came from; it sees neither database nor broker.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from studio.exports.effects import EFFECTS
from studio.exports.formats import FORMATS
from studio.exports.manifest import manifest_of
from studio.exports.options import Options
from studio.exports.spool import Spool
from studio.exports.target import Target
from studio.exports.tracks import Tick, Track, Tracks
from studio.media import child
from studio.media.errors import CannotWrite, MediaError
from studio.media.frame_table import FrameTable
from studio.media.reader import open_clip
from studio.media.sandbox import Crashed, Limits, answer_one_request, run_confined, say

MODULE = "studio.exports.writing"
NOT_THE_ORDERS = ("limits", "parent", "reads", "writes")  # of a request
_SAY_EVERY_S = 0.1
_CODED_BYTES = 8  # a pixel that an encoder holds: the picture, and what it has made of it to search in
_CODED_AHEAD = 64  # pictures that it holds, beside two for each core it works on


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be written, and of what."""

    kind: str  # of EFFECTS or FORMATS
    title: str  # the clip's
    source: Path  # a film, or a folder of pictures
    table: Path | None  # the film's frames
    max_pixels: int
    objects: tuple[Track, ...]
    options: Options
    masks: Path  # as spool() has written them
    backdrop: Path | None  # the picture that stands behind the objects
    facts: Mapping[str, object]  # the manifest's source and weights
    path: Path  # of the file

    def to_json(self) -> dict[str, object]:
        """As the child is sent it."""
        paths = {name: None if path is None else str(path) for name, path in self._paths().items()}
        return {**asdict(self), **paths, "options": self.options.to_json()}

    @classmethod
    def of_json(cls, told: Mapping[str, object]) -> Order:
        """What to_json has told."""
        order = cls(**told)  # type: ignore[arg-type]  # written by to_json
        paths = {name: None if path is None else Path(path) for name, path in order._paths().items()}
        objects = tuple(Track(**{**one, "color": tuple(one["color"])}) for one in told["objects"])  # type: ignore[attr-defined]
        return replace(order, **paths, objects=objects, options=Options.of_json(told["options"]))  # type: ignore[arg-type]

    def _paths(self) -> dict[str, Path | None]:
        names = ("source", "table", "masks", "backdrop", "path")
        return {name: getattr(self, name) for name in names}


def keep_one_ready() -> None:
    """Start the next child before somebody waits for it."""
    child.keep_ready(MODULE)


def write_file(order: Order, hear: Tick, *, limits: Limits, tick: Callable[[], None]) -> None:
    """Write the file; `hear` gets frames done. Raises a MediaError, and whatever hear or tick raises."""

    def hear_line(line: Mapping[str, object]) -> None:
        frames = line.get("frames")
        if isinstance(frames, int | float) and frames >= 0:
            hear(frames)

    try:
        reads = [path for path in (order.source, order.table, order.masks, order.backdrop) if path is not None]
        run_confined(
            MODULE, order.to_json(), hear_line, limits=limits, reads=reads, writes=[order.path.parent], tick=tick
        )
    except Crashed as fault:
        words = "Reading this clip stopped the process that writes the file, so the file cannot be made."
        raise Crashed(words) from fault
    if order.path.is_symlink() or not order.path.is_file():
        raise CannotWrite("The file was not made.")


def limits_of(width: int, height: int, room_bytes: int, silent_s: float) -> Limits:
    """What a child may use that writes films of this size: encoders hold many pictures, the more the more cores."""
    held = 2 * (os.cpu_count() or 1) + _CODED_AHEAD
    memory = Limits().memory_bytes + held * _CODED_BYTES * width * height
    return Limits(memory_bytes=memory, file_bytes=room_bytes, silent_s=silent_s, wall_s=24 * 3600.0)


def write_here(order: Order, tick: Tick) -> None:
    """What write_file's child does; `tick` hears of frames done, or parts of a frame."""
    table = None if order.table is None else FrameTable.from_bytes(order.table.read_bytes())
    clip = open_clip(order.source, table=table, max_pixels=order.max_pixels)
    with Spool(order.masks) as masks:
        tracks = Tracks(order.title, clip, order.objects, masks, order.options, tick, order.backdrop)
        if order.kind in EFFECTS:
            EFFECTS[order.kind].write(tracks, order.path)
            return
        with Target(order.path) as target:
            counted = FORMATS[order.kind].write(tracks, target)
            target.add_json("manifest.json", manifest_of(tracks, FORMATS[order.kind], order.facts, counted))


def _answer(request: Mapping[str, object]) -> Mapping[str, object]:
    """The child's whole work."""
    order = Order.of_json({name: told for name, told in request.items() if name not in NOT_THE_ORDERS})
    counted = _Counted()
    try:
        write_here(order, counted)
    except OSError as fault:
        raise CannotWrite(_without_room(fault)) from fault
    except MediaError as fault:
        # a person never sees where the server keeps the files
        words = str(fault).replace(str(order.path), "the file").replace(str(order.source), "this clip")
        fault.args = (words[0].upper() + words[1:],)
        raise
    counted.rest()
    return {}


def _without_room(fault: OSError) -> str:
    if fault.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "The server's disk has no room for this file; tell its operator."
    return f"The file cannot be written: {fault.strerror or fault}."


class _Counted:
    """Adds frames up and says how many more there are, not more often than anybody reads it."""

    def __init__(self) -> None:
        self._frames, self._said = 0.0, 0.0

    def __call__(self, frames: float) -> None:
        self._frames += frames
        if time.monotonic() - self._said >= _SAY_EVERY_S:
            self.rest()

    def rest(self) -> None:
        say({"frames": self._frames})
        self._frames, self._said = 0.0, time.monotonic()


if __name__ == "__main__":
    answer_one_request(_answer)
