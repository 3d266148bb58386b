"""A file written in a child: the same as written here, and a parser that is taken over harms nothing else."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from drawn.clips import draw_clip, write_video
from drawn.tracks import OBJECTS, found_of
from studio.exports import writing
from studio.exports.kinds import parse_wish
from studio.exports.spool import spool
from studio.exports.writing import Order, keep_one_ready, limits_of, write_file, write_here
from studio.media import child
from studio.media.errors import CannotWrite, MediaError
from studio.media.frame_table import FrameTable
from studio.media.sandbox import Crashed, Limits, Refused, TooSlow

FRAMES, WIDTH, HEIGHT = 9, 160, 112
ROOM = 64 * 1024**2


@pytest.fixture(autouse=True)
def nobody_is_ready() -> None:
    """A child that an earlier test had started would not be seen to come."""
    child.forget(writing.MODULE)


def square(frame: int, number: int) -> NDArray[np.bool_]:
    bits = np.zeros((HEIGHT, WIDTH), np.bool_)
    bits[20 + number : 60, 30 + frame : 80 + frame] = True
    return bits


@pytest.fixture
def order(tmp_path: Path) -> Callable[..., Order]:
    """order("csv", every=2): of a heard film, whose sides are of 16 px: of others x264 is not the same every time."""
    film = write_video(tmp_path / "film.mp4", draw_clip(FRAMES, WIDTH, HEIGHT).frames, sound="aac")
    table = film.with_suffix(".npz")
    table.write_bytes(FrameTable.of(film).to_bytes())
    masks = tmp_path / "masks"
    spool(found_of({(frame, number): square(frame, number) for frame in range(FRAMES) for number in (1, 7)}), masks)

    def of(kind: str, **options: object) -> Order:
        return Order(
            kind=kind,
            title="a",
            source=film,
            table=table,
            max_pixels=10**6,
            objects=OBJECTS,
            options=parse_wish(kind, options, FRAMES),
            masks=masks,
            backdrop=None,
            facts={"source": {"title": "a"}, "weights": []},
            path=tmp_path / ("made.mp4" if kind == "overlay" else "made.zip"),
        )

    return of


def write(order: Order, tick: Callable[[], None] = lambda: None, **limits: float) -> list[float]:
    heard: list[float] = []
    chosen = replace(limits_of(WIDTH, HEIGHT, ROOM, 60.0), **limits)
    write_file(order, heard.append, limits=chosen, tick=tick)
    return heard


def children() -> set[int]:
    found = [task.joinpath("children").read_text().split() for task in Path("/proc/self/task").iterdir()]
    return {int(number) for numbers in found for number in numbers}


def content_of(path: Path) -> object:
    """A zip's bytes, or what a film shows and when, and its sound: how both are interleaved is chance."""
    if path.suffix == ".zip":
        return path.read_bytes()
    table = FrameTable.of(path)
    with av.open(str(path)) as container:
        sound = [(packet.pts, bytes(packet)) for packet in container.demux(audio=0) if packet.size]
    return table.pts.tolist(), table.prints.tolist(), sound


@pytest.mark.parametrize(
    ("kind", "options"), [("csv", {"objects": [1, 7], "every": 2}), ("davis", {"images": True}), ("overlay", {})]
)
def test_the_child_writes_what_would_be_written_here(order: Callable[..., Order], kind: str, options: dict):
    wish = order(kind, **options)
    here: list[float] = []
    write_here(wish, here.append)
    wanted = content_of(wish.path)
    wish.path.unlink()

    heard = write(wish)

    assert content_of(wish.path) == wanted
    assert sum(heard) == pytest.approx(sum(here))


def test_an_order_is_the_same_when_it_was_told(order: Callable[..., Order]):
    wish = replace(order("overlay", objects=[1], opacity=7), backdrop=Path("/a.png"))

    assert Order.of_json(wish.to_json()) == wish


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks for the child in /proc")
@pytest.mark.parametrize(("number", "fault"), [(signal.SIGSEGV, Crashed), (signal.SIGSTOP, TooSlow)])
def test_a_child_that_dies_or_hangs_is_a_sentence_and_the_next_file_is_made(
    order: Callable[..., Order], number: signal.Signals, fault: type[MediaError]
):
    before = children()

    def harm() -> None:
        for process in children() - before:
            os.kill(process, number)

    with pytest.raises(fault) as said:
        write(order("overlay"), tick=harm, silent_s=3.0)
    assert str(said.value).endswith(".")

    assert not order("overlay").path.exists()
    assert children() == before
    write(order("overlay"))
    assert len(FrameTable.of(order("overlay").path)) == FRAMES


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks for the child in /proc")
def test_one_that_is_kept_ready_writes_and_has_limits_and_no_secrets(
    order: Callable[..., Order], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("STUDIO_SECRET_KEY", "x" * 40)
    before = children()
    keep_one_ready()
    (ready,) = children() - before
    seen: list[str] = []

    def look(_: float) -> None:
        seen.extend(Path(f"/proc/{ready}/{name}").read_text() for name in ("limits", "environ"))
        assert children() - before == {ready}

    limits = limits_of(WIDTH, HEIGHT, ROOM, 60.0)
    write_file(order("overlay"), look, limits=limits, tick=lambda: None)

    assert f"Max address space         {limits.memory_bytes}" in seen[0]
    assert f"Max file size             {ROOM}" in seen[0]
    assert "PATH=" in seen[1] and "STUDIO" not in seen[1]
    assert children() == before


def test_what_is_wrong_with_the_clip_is_said_with_its_code_and_without_our_paths(order: Callable[..., Order]):
    wish = order("overlay")
    wish.source.write_bytes(wish.source.read_bytes()[:200])

    with pytest.raises(Refused, match=r"^This clip ") as said:
        write(wish)

    assert said.value.code == "not-video"
    assert str(wish.source) not in str(said.value)


def test_a_file_that_outgrows_the_disk_is_a_sentence(order: Callable[..., Order]):
    with pytest.raises(Refused, match="no room") as said:
        write(order("davis", images=True), file_bytes=4096)

    assert said.value.code == "cannot-write"


def test_a_child_that_leaves_a_link_instead_of_a_file_has_made_none(
    order: Callable[..., Order], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    wish = order("csv")

    def taken_over(*_: object, **__: object) -> dict[str, object]:
        wish.path.symlink_to(tmp_path / "film.mp4")
        return {}

    monkeypatch.setattr(writing, "run_confined", taken_over)

    with pytest.raises(CannotWrite):
        write(wish)


def test_larger_pictures_and_more_cores_have_more_memory(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    small, large = (limits_of(width, height, ROOM, 60.0) for width, height in ((640, 360), (3840, 2160)))
    monkeypatch.setattr(os, "cpu_count", lambda: 64)

    assert Limits().memory_bytes < small.memory_bytes < large.memory_bytes
    assert limits_of(3840, 2160, ROOM, 60.0).memory_bytes > large.memory_bytes
