"""Taking in a stranger's file, in a child with limits: is it a clip, which frames has it, and what a browser is shown.

`take_in` runs in the worker and starts the child; `python -m studio.media.probe` is the child.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path

from studio.media.errors import MediaError, TooLarge
from studio.media.sandbox import Limits, answer_one_request, run_confined, say

_COUNTING_SHARE = 0.2  # of the whole work: decoding once to count, before the proxy
_SAY_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a clip may be."""

    max_bytes: int
    max_seconds: float
    max_pixels: int
    max_frames: int


@dataclass(frozen=True, slots=True)
class Found:
    """What a clip turned out to be."""

    width: int  # upright source pixels
    height: int
    pixel_aspect: float
    frame_count: int
    duration_s: float
    frame_rate: Fraction | None  # None where the rate varies
    has_sound: bool
    filmstrip: dict[str, int]


class TooLong(MediaError):
    """The clip lasts longer than is allowed."""

    code = "too-long"


def take_in(
    source: Path,
    folder: Path,
    bounds: Bounds,
    hear: Callable[[float, float | None, float | None], None],
    *,
    images: bool = False,
    tick: Callable[[], None] = lambda: None,
    limits: Limits | None = None,
) -> Found:
    """Read source in a child and write frames.npz, proxy.mp4, proxy.json, poster.jpg and filmstrip.jpg to folder.

    `hear` gets the share done, frames a second and seconds left. Raises a MediaError with a code and a sentence.
    """

    def hear_line(line: Mapping[str, object]) -> None:
        hear(_number(line.get("share")) or 0.0, _number(line.get("fps")), _number(line.get("left")))

    request = {"source": str(source), "folder": str(folder), "images": images, "bounds": asdict(bounds)}
    result = run_confined(
        "studio.media.probe", request, hear_line, limits=limits, reads=[source], writes=[folder], tick=tick
    )
    rate = str(result.pop("frame_rate", ""))
    return Found(frame_rate=Fraction(rate) if rate else None, **result)  # type: ignore[arg-type]  # our own child's words


def _answer(request: Mapping[str, object]) -> Mapping[str, object]:
    """The child's whole work."""
    source, folder = Path(str(request["source"])), Path(str(request["folder"]))
    bounds = Bounds(**request["bounds"])  # type: ignore[arg-type]  # written by take_in
    try:
        return _taken(source, folder, bounds, bool(request["images"]))
    except MediaError as fault:
        # a person never sees where the server keeps the file
        words = str(fault).replace(str(folder / "frames") + "/", "").replace(str(folder / "frames"), "the zip")
        words = words.replace(str(source), "this file").rstrip(".") + "."
        fault.args = (words[0].upper() + words[1:],)
        raise


def _taken(source: Path, folder: Path, bounds: Bounds, images: bool) -> Mapping[str, object]:
    from studio.media.archive import unpack_pictures
    from studio.media.frame_table import FrameTable
    from studio.media.proxy import make_proxy, proxy_times
    from studio.media.reader import open_clip

    if images:
        pictures = folder / "frames"
        unpack_pictures(
            source,
            pictures,
            max_frames=bounds.max_frames,
            max_bytes=4 * bounds.max_bytes,
            heard=_Every(lambda done, total: say({"share": _COUNTING_SHARE * done / total})),
        )
        clip = open_clip(pictures, max_pixels=bounds.max_pixels)
        seconds = float(clip.frame_count / clip.frame_rate)
        rate: Fraction | None = clip.frame_rate
    else:
        _refuse_by_header(source, bounds)
        with _ReadingHeard(source.stat().st_size):
            table = FrameTable.of(source, max_pixels=bounds.max_pixels, max_frames=bounds.max_frames)
        (folder / ".frames.npz.part").write_bytes(table.to_bytes())
        (folder / ".frames.npz.part").replace(folder / "frames.npz")
        clip = open_clip(source, table=table, max_pixels=bounds.max_pixels)
        seconds = float((table.end - int(table.pts[0])) * table.time_base)
        rate = _constant_rate(table)
    _refuse_length(seconds, bounds)
    started = time.monotonic()

    def proxied(done: int, total: int) -> None:
        fps = done / max(time.monotonic() - started, 1e-3)
        say({"share": _COUNTING_SHARE + (1 - _COUNTING_SHARE) * done / total, "fps": fps, "left": (total - done) / fps})

    every = _Every(proxied)
    strip = make_proxy(clip, folder, lambda done: every(done, clip.frame_count))
    time_base, times = proxy_times(folder / "proxy.mp4", clip.frame_count)
    words = json.dumps({"time_base": f"{time_base.numerator}/{time_base.denominator}", "pts": times})
    (folder / ".proxy.json.part").write_text(words)
    (folder / ".proxy.json.part").replace(folder / "proxy.json")
    return {
        "width": clip.width,
        "height": clip.height,
        "pixel_aspect": float(clip.pixel_aspect),
        "frame_count": clip.frame_count,
        "duration_s": seconds,
        "frame_rate": f"{rate.numerator}/{rate.denominator}" if rate is not None else "",
        "has_sound": clip.has_sound,
        "filmstrip": asdict(strip),
    }


def _refuse_by_header(source: Path, bounds: Bounds) -> None:
    """What the header itself says is too much, before a frame is decoded; headers that lie are counted later."""
    from studio.media.source import opened, picture_track

    with opened(source) as container:
        stream = picture_track(container, source, bounds.max_pixels)
        length = container.duration / 1_000_000 if container.duration else 0.0
        frames = stream.frames
    _refuse_length(length, bounds)
    if frames > bounds.max_frames:
        raise TooLarge(f"This clip has {frames} frames, more than the {bounds.max_frames} that are allowed.")


def _refuse_length(seconds: float, bounds: Bounds) -> None:
    if seconds > bounds.max_seconds:
        raise TooLong(
            f"This clip lasts {seconds:.0f} seconds, more than the {bounds.max_seconds:.0f} that are allowed."
        )


def _constant_rate(table: object) -> Fraction | None:
    """Frames a second where every frame is shown equally long, give or take the rounding to ticks."""
    import numpy as np

    from studio.media.frame_table import FrameTable

    assert isinstance(table, FrameTable), "given by _taken"
    if len(table) < 2:
        return table.frame_rate.limit_denominator(1001)
    steps = np.diff(table.pts)
    if int(steps.max()) - int(steps.min()) > 1:
        return None
    return Fraction(len(table) - 1, int(table.pts[-1] - table.pts[0])) / table.time_base


class _Every:
    """Passes on what it hears, but not more often than anybody reads it."""

    def __init__(self, hear: Callable[[int, int], None]) -> None:
        self._hear = hear
        self._said = 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._said >= _SAY_EVERY_S or done == total:
            self._said = now
            self._hear(done, total)


class _ReadingHeard:
    """While a file is read through once, says how much of it was read: what this process has read of all files.

    It says nothing while nothing more is read, so a reader that hangs is found out.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        first = last = _bytes_read()
        while not self._done.wait(0.25):
            now = _bytes_read()
            if now > last:
                last = now
                say({"share": _COUNTING_SHARE * min(1.0, (now - first) / max(self._size, 1))})


def _bytes_read() -> int:
    """Bytes this process has asked for, or the clock where the system does not count them."""
    try:
        line = Path("/proc/self/io").read_text().splitlines()[0]  # rchar: 12345
        return int(line.split()[1])
    except (OSError, IndexError, ValueError):
        return int(time.monotonic() * 4)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


if __name__ == "__main__":
    answer_one_request(_answer)
