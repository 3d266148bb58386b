"""A clip read in a child: the same pictures, and a child that harms nobody."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import numpy as np
import pytest

from drawn.clips import draw_clip, png, write_video
from studio.media.child import forget
from studio.media.confined import MODULE, ConfinedPictures, keep_one_ready
from studio.media.errors import MediaError
from studio.media.frame_table import FrameTable
from studio.media.reader import open_clip
from studio.media.sandbox import Crashed, Limits, Refused, TooSlow

FRAMES = 30
MOST_PIXELS = 10**6


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_video(tmp_path_factory.mktemp("films") / "film.mp4", draw_clip(FRAMES, 160, 120).frames)


@pytest.fixture(scope="module")
def table(film: Path) -> Path:
    path = film.with_suffix(".npz")
    path.write_bytes(FrameTable.of(film).to_bytes())
    return path


def confined(film: Path, table: Path | None, silent_s: float = 20.0) -> ConfinedPictures:
    return ConfinedPictures(film, table=table, max_pixels=MOST_PIXELS, limits=Limits(silent_s=silent_s))


@pytest.fixture(autouse=True)
def nothing_waits() -> None:
    """A child that another test left waiting would be taken, and not be new."""
    forget(MODULE)


def children() -> list[int]:
    """The processes that this one has started and not yet buried."""
    found = [task.joinpath("children").read_text().split() for task in Path("/proc/self/task").iterdir()]
    return [int(number) for numbers in found for number in numbers]


@pytest.mark.parametrize(("start", "stop", "step"), [(0, None, 1), (7, 19, 1), (12, None, -1), (29, 20, -1), (5, 5, 1)])
def test_the_pictures_are_those_of_the_clip_however_they_are_read(film: Path, table: Path, start, stop, step):
    plain = list(open_clip(film).frames(start, stop, step))

    with confined(film, table) as clip:
        assert (clip.width, clip.height, clip.frame_count) == (160, 120, FRAMES)
        for _ in range(2):  # a second stretch comes from the same child
            found = list(clip.frames(start, stop, step))
            assert len(found) == len(plain)
            assert all(np.array_equal(one, other) for one, other in zip(found, plain, strict=True))


def test_a_folder_of_pictures_is_read_the_same_way(tmp_path: Path):
    for number in range(3):
        (tmp_path / f"{number}.png").write_bytes(png(16, 8))

    with confined(tmp_path, None) as clip:
        assert [picture.shape for picture in clip.frames()] == [(8, 16, 3)] * 3


def test_a_stretch_that_nobody_reads_to_its_end_does_not_come_before_the_next(film: Path, table: Path):
    plain = open_clip(film)
    with confined(film, table) as clip:
        stretch = clip.frames()
        next(stretch)
        stretch.close()

        assert np.array_equal(next(clip.frames(20)), plain.frame(20))


def test_it_may_be_read_by_one_thread_after_another(film: Path, table: Path):
    plain, found = open_clip(film), []
    with confined(film, table) as clip:
        for number in (3, 9):
            reader = threading.Thread(target=lambda number=number: found.append(next(clip.frames(number))))
            reader.start()
            reader.join()
        found.append(next(clip.frames(4)))

    assert all(np.array_equal(one, plain.frame(number)) for one, number in zip(found, (3, 9, 4), strict=True))


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks for the child in /proc")
def test_the_child_has_limits_and_is_gone_afterwards(film: Path, table: Path):
    before, descriptors = set(children()), len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    with confined(film, table) as clip:
        stretch = clip.frames()
        next(stretch)
        (child,) = set(children()) - before
        limits = Path(f"/proc/{child}/limits").read_text()
        environment = Path(f"/proc/{child}/environ").read_bytes()

    assert f"Max address space         {Limits().memory_bytes}" in limits
    assert f"Max open files            {Limits().files}" in limits
    assert b"DJANGO" not in environment and b"STUDIO" not in environment and b"REDIS" not in environment
    assert set(children()) <= before
    assert len(os.listdir("/proc/self/fd")) == descriptors  # noqa: PTH208


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks for the child in /proc")
@pytest.mark.parametrize(("number", "fault"), [(signal.SIGKILL, Crashed), (signal.SIGSTOP, TooSlow)])
def test_a_child_that_dies_or_falls_silent_is_a_sentence_and_the_next_stretch_works(
    film: Path, table: Path, number: signal.Signals, fault: type[MediaError]
):
    long = film.with_name("long.mp4")
    if not long.exists():
        write_video(long, draw_clip(60, 640, 480).frames)
    before = set(children())
    with ConfinedPictures(long, table=_table_of(long), max_pixels=MOST_PIXELS, limits=Limits(silent_s=4.0)) as clip:
        stretch = clip.frames()
        next(stretch)
        (child,) = set(children()) - before
        os.kill(child, number)

        with pytest.raises(fault):
            list(stretch)
        assert len(list(clip.frames(50))) == 10


def _table_of(film: Path) -> Path:
    path = film.with_suffix(".npz")
    path.write_bytes(FrameTable.of(film).to_bytes())
    return path


def test_what_the_child_finds_wrong_is_said_with_the_same_code(film: Path, table: Path, tmp_path: Path):
    other = write_video(tmp_path / "other.mp4", draw_clip(5, 160, 120).frames)

    with pytest.raises(Refused) as gone:
        confined(tmp_path / "nothing.mp4", table)
    assert gone.value.code == "no-such-file"

    with confined(other, table) as clip, pytest.raises(Refused, match=r"frame 5 of .* can no longer be read") as short:
        list(clip.frames())
    assert short.value.code == "unreadable-video"

    with pytest.raises(Refused) as large:
        ConfinedPictures(film, table=table, max_pixels=100)
    assert large.value.code == "too-large"


def test_one_that_was_kept_ready_is_taken_and_limited_like_any_other(film: Path, table: Path):
    before = set(children())
    keep_one_ready()
    keep_one_ready()
    (ready,) = set(children()) - before

    with confined(film, table) as clip:
        assert len(list(clip.frames())) == FRAMES
        assert f"Max address space         {Limits().memory_bytes}" in Path(f"/proc/{ready}/limits").read_text()
        assert set(children()) - before == {ready}
