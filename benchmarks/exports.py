"""How long exports take and how much memory: annotation formats by the thousand frames, films against the bare codec.

    .venv/bin/python benchmarks/exports.py [--frames 1000] [--size 1280x720] [--only davis]
    .venv/bin/python benchmarks/exports.py --films [--frames 100] [--rounds 3] [--only overlay] [--jitter 0.03]
    .venv/bin/python benchmarks/exports.py --memory [--size 320x180]

Without --films or --memory: seconds of each annotation format for three objects, their wobbly masks drawn once, as it
is written to a zip (wall and processor), its size and what is estimated of it. --films: each kind of film against
decoding and encoding the same clip with the same settings and nothing done to its pictures, in turn, as ratios, written
here and in the child that a worker writes with (one that was kept ready; its processor time has its start in it); and
the same of the finished overlay film, whose pictures are harder to code than its source's. --memory: the largest
resident size of a process that has an overlay film of one minute and one of ten made, and of its child.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from fractions import Fraction
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
os.environ.update(DJANGO_SETTINGS_MODULE="studio.settings", REDIS_URL="redis://127.0.0.1:1")

import cv2  # noqa: E402  the path is set above
import django  # noqa: E402
import numpy as np  # noqa: E402

FILMS = ("overlay", "outline", "spotlight", "blur", "background")
FRAMES, FILM_FRAMES = 1000, 100
SIZE, SMALL = "1280x720", "320x180"
RATE = 25
JITTER = 0.03  # far more than a tracker's: nothing is guessed from the frame before
PATTERN = 97  # masks that differ, used over and over


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int)
    parser.add_argument("--size")
    parser.add_argument("--only", default="")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jitter", type=float, default=JITTER)  # of the masks in films
    parser.add_argument("--films", action="store_true")
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--one-film", type=Path, help=argparse.SUPPRESS)  # a clip: drawn, or what --memory measures
    asked = parser.parse_args()
    width, height = map(int, (asked.size or (SMALL if asked.memory else SIZE)).split("x"))
    with tempfile.TemporaryDirectory() as folder:
        os.environ["STUDIO_DATA"] = folder
        django.setup()
        if asked.one_film:
            one_film(Path(folder), asked.one_film, asked.frames, width, height)
        elif asked.memory:
            measure_memory(Path(folder), f"{width}x{height}")
        elif asked.films:
            measure_films(Path(folder), asked.frames or FILM_FRAMES, width, height, asked)
        else:
            measure_formats(Path(folder), asked.frames or FRAMES, width, height, asked.only)


def found_of(frames: int, width: int, height: int, jitter: float = JITTER) -> Iterator[object]:
    """Three objects of a tenth to a fifth of the picture's height, whose edges jump by a share of that each frame."""
    from drawn.tracks import corners_of, counts_of
    from studio.exports.spool import Found

    random = np.random.default_rng(0)
    pattern = []
    for place in range(PATTERN):
        masks = []
        for number in (1, 2, 3):
            turn = np.linspace(0, 2 * np.pi, 120, endpoint=False)
            radius = height * (0.08 + 0.03 * number) * (1 + 0.2 * np.sin(5 * turn) + jitter * random.normal(size=120))
            x, y = width * (0.15 + 0.2 * number + 0.1 * place / PATTERN), height * (0.25 + 0.12 * number)
            ring = np.stack([x + radius * np.cos(turn), y + radius * np.sin(turn)], axis=1)
            bits = np.zeros((height, width), np.uint8)
            cv2.fillPoly(bits, [ring.astype(np.int32)], 1)
            there = bits.astype(bool)
            masks.append((number, counts_of(there), int(bits.sum()), corners_of(there)))
        pattern.append(masks)
    for frame in range(frames):
        for number, counts, area, corners in pattern[frame % PATTERN]:
            yield Found(frame, number, width, height, counts, area, 0.9, corners, "tracked")


def objects() -> tuple[object, ...]:
    from studio.exports.tracks import Track

    colors = ((76, 194, 255), (255, 176, 0), (123, 216, 143))
    return tuple(Track(number, f"thing {number}", colors[number - 1]) for number in (1, 2, 3))


def measure_formats(folder: Path, frames: int, width: int, height: int, only: str) -> None:
    from drawn.tracks import spooled
    from studio.exports.estimate import annotation_bytes
    from studio.exports.formats import FORMATS
    from studio.exports.options import Options
    from studio.exports.target import Target
    from studio.exports.tracks import Tracks
    from studio.media.clip import Clip, Picture

    class Blank(Clip):
        """A clip whose frames nobody asks for."""

        path, has_sound, pixel_aspect = folder, False, Fraction(1)
        frame_rate, time_base = Fraction(RATE), Fraction(1, RATE)
        frame_count = frames

        def __init__(self) -> None:
            self.width, self.height = width, height

        def pts(self, index: int) -> int:
            return index

        def duration(self, index: int) -> int:
            return 1

        def frame_name(self, index: int) -> str:
            return f"{index:05d}"

        def _forward(self, start: int, stop: int) -> Iterator[Picture]:
            raise NotImplementedError

    with spooled(found_of(frames, width, height), folder) as spool:  # type: ignore[arg-type]
        runs = sum(len(found.counts) for frame in range(frames) for found in spool.of_frame(frame))
        print(f"{frames} frames of {width}x{height}, 3 objects, {runs / frames / 3:.0f} bytes a mask; load {load()}")
        print(f"{'format':12} {'wall s':>7} {'cpu s':>7} {'kB':>8} {'estimated':>9}")
        for name, format_ in FORMATS.items():
            if only and name != only:
                continue
            tracks = Tracks("bench", Blank(), objects(), spool, Options())  # type: ignore[arg-type]
            began, busy = time.perf_counter(), time.process_time()
            with Target(folder / "a.zip") as target:
                format_.write(tracks, target)
            wall, cpu = time.perf_counter() - began, time.process_time() - busy
            size, told = (folder / "a.zip").stat().st_size, annotation_bytes(name, 3 * frames, runs, frames)
            print(f"{name:12} {wall:7.2f} {cpu:7.2f} {size / 1e3:8.0f} {told / 1e3:9.0f}")


def draw_film(path: Path, count: int, width: int, height: int) -> None:
    from drawn.clips import draw_clip, write_video

    drawn = draw_clip(50, width, height).frames
    write_video(path, Repeated(drawn, count), sound="aac")  # type: ignore[arg-type]


def order_of(name: str, path: Path, count: int, width: int, height: int, jitter: float = JITTER) -> object:
    """An export's wish, its masks written down, as a worker gives it to the child."""
    from studio.exports.options import Options
    from studio.exports.spool import spool
    from studio.exports.writing import Order
    from studio.media.frame_table import FrameTable

    table, masks = path.with_suffix(".npz"), path.with_suffix(".masks")
    if not masks.exists():
        table.write_bytes(FrameTable.of(path).to_bytes())
        spool(found_of(count, width, height, jitter), masks)  # type: ignore[arg-type]
    return Order(
        kind=name,
        title="bench",
        source=path,
        table=table,
        max_pixels=10**9,
        objects=objects(),  # type: ignore[arg-type]
        options=Options(),
        masks=masks,
        backdrop=None,
        facts={},
        path=path.with_name(f"{name}.mp4"),
    )


def write_in_child(order: object) -> None:
    from studio.exports.writing import limits_of, write_file

    limits = limits_of(1920, 1080, 1 << 40, 600.0)
    write_file(order, lambda frames: None, limits=limits, tick=lambda: None)  # type: ignore[arg-type]


class Repeated:
    """The same few frames over and over, as a sequence."""

    def __init__(self, frames: list[object], count: int) -> None:
        self._frames, self._count = frames, count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, place: int) -> object:
        if place >= self._count:
            raise IndexError(place)
        return self._frames[place % len(self._frames)]


def measure_films(folder: Path, frames: int, width: int, height: int, asked: argparse.Namespace) -> None:
    from studio.exports.writing import keep_one_ready, write_here
    from studio.media.reader import open_clip

    draw_film(folder / "a.mp4", frames, width, height)
    clip = open_clip(folder / "a.mp4")
    works = {"plain": lambda: coded_again(clip, folder / "plain.mp4")}
    for name in FILMS:
        if asked.only in ("", name):
            order = order_of(name, folder / "a.mp4", frames, width, height, asked.jitter)
            works[name] = lambda order=order: write_here(order, lambda done: None)
            works[f"{name}, child"] = lambda order=order: write_in_child(order)
    for work in works.values():
        work()  # once for the caches
    if "overlay" in works:
        drawn = open_clip(folder / "overlay.mp4")
        works["overlay's own"] = lambda: coded_again(drawn, folder / "again.mp4")
    taken: dict[str, list[tuple[float, float]]] = {}
    for _ in range(asked.rounds):
        for name, work in works.items():
            if name.endswith("child"):
                keep_one_ready()  # as a worker does while nobody waits
                time.sleep(3)
            began, busy = time.perf_counter(), cpu_s()
            work()
            taken.setdefault(name, []).append((time.perf_counter() - began, cpu_s() - busy))
    print(
        f"{frames} frames of {width}x{height}, 3 objects whose edges jump {asked.jitter:.1%}, "
        f"{asked.rounds} rounds in turn; load {load()}"
    )
    for name, pairs in taken.items():
        walls = [one[0] / other[0] for one, other in zip(pairs, taken["plain"], strict=True)]
        cpus = [one[1] / other[1] for one, other in zip(pairs, taken["plain"], strict=True)]
        seconds = statistics.median(one[0] for one in pairs)
        spread = f"{min(cpus):.2f} to {max(cpus):.2f}"
        wall, cpu = statistics.median(walls), statistics.median(cpus)
        print(f"{name:17} {seconds:6.2f} s  wall {wall:.2f}  cpu {cpu:.2f} ({spread})")


def coded_again(clip: object, path: Path) -> None:
    """Decode and encode, nothing else."""
    from studio.media.ahead import ahead
    from studio.media.writer import Film

    with Film(path, clip) as film, closing(ahead(clip.planes())) as pictures:  # type: ignore[arg-type, attr-defined]
        for index, picture in enumerate(pictures):
            film.write_planes(picture, clip.pts(index), clip.duration(index))  # type: ignore[attr-defined]


def cpu_s() -> float:
    """Of this process and its children that have ended, the start of a child that was kept ready included."""
    taken = os.times()
    return taken.user + taken.system + taken.children_user + taken.children_system


def one_film(folder: Path, path: Path, frames: int, width: int, height: int) -> None:
    if not path.exists():  # in a process of its own: drawing takes memory too
        draw_film(path, frames, width, height)
        return
    order = order_of("overlay", path, frames, width, height)
    before = resident()
    write_in_child(order)
    print(before, resident(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)


def measure_memory(folder: Path, size: str) -> None:
    for minutes in (1, 10):
        began, path = time.perf_counter(), folder / f"{minutes}.mp4"
        command = [
            sys.executable,
            __file__,
            "--one-film",
            str(path),
            "--frames",
            str(minutes * 60 * RATE),
            "--size",
            size,
        ]
        for _ in ("drawn", "measured"):
            done = subprocess.run(command, capture_output=True, text=True, check=True)
        before, after, child = (int(figure) // 1024 for figure in done.stdout.split())
        took = time.perf_counter() - began
        figures = f"worker {before} MiB before, {after} MiB at most, child {child} MiB; {took:.0f} s with the drawing"
        print(f"{minutes:2} min of {size}: {figures}", flush=True)


def resident() -> int:
    """The largest resident size so far, KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def load() -> str:
    return f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


if __name__ == "__main__":
    main()
