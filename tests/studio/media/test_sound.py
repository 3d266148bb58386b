"""A source's sound reaches a film at its time, whole, or not at all."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import pytest

from drawn.clips import draw_clip, write_sound, write_video
from studio.media.sound import Sound, sound_start

AAC_FRAME_S = 1024 / 44_100  # what an encoder puts in front of the first sample, and containers tell differently


def test_a_file_tells_when_its_sound_starts(tmp_path: Path) -> None:
    silent = write_video(tmp_path / "silent.mp4", draw_clip(3).frames)

    assert sound_start(silent) is None
    assert sound_start(write_sound(tmp_path / "heard.mp4")) is not None


def carried(source: Path, target: Path, origin: Fraction = Fraction(0)) -> list[tuple[Fraction, bytes]]:
    """The sound of one file in another: when each packet is heard, and its bytes."""
    with av.open(str(target), "w") as container:
        sound = Sound(container, source, origin)
        sound.until(Fraction(1, 4))
        sound.rest()
        sound.close()
    return packets(target)


def packets(path: Path) -> list[tuple[Fraction, bytes]]:
    with av.open(str(path)) as container:
        found = [packet for packet in container.demux(audio=0) if packet.size]
        return [(packet.pts * packet.time_base, bytes(packet)) for packet in found]


def test_it_is_moved_so_that_the_origin_becomes_the_beginning(tmp_path: Path) -> None:
    source = write_sound(tmp_path / "a.mp4")

    early, late = carried(source, tmp_path / "b.mkv"), carried(source, tmp_path / "c.mkv", Fraction(-2))

    assert [data for _, data in early] == [data for _, data in late] == [data for _, data in packets(source)]
    moved = [after - before for (before, _), (after, _) in zip(early, late, strict=True)]
    assert [float(by) for by in moved] == pytest.approx([2] * len(moved), abs=AAC_FRAME_S)


def test_until_writes_only_what_starts_before(tmp_path: Path) -> None:
    source = write_sound(tmp_path / "a.mp4", 1.0)
    with av.open(str(tmp_path / "b.mkv"), "w") as container:
        sound = Sound(container, source, Fraction(0))
        sound.until(Fraction(1, 2))
        sound.close()

    heard = packets(tmp_path / "b.mkv")

    assert 0.4 < heard[-1][0] <= 0.5 + AAC_FRAME_S


def test_a_file_without_sound_gives_none(tmp_path: Path) -> None:
    silent = write_video(tmp_path / "silent.mp4", draw_clip(3).frames)

    with av.open(str(tmp_path / "b.mp4"), "w") as container, pytest.raises(ValueError, match="no sound track"):
        Sound(container, silent, Fraction(0))
