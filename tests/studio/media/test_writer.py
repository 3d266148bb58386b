"""A film shows every frame when its source does, sounds as its source does, and is there whole or not at all."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from drawn.clips import burned, draw_clip, varying_times, write_pictures, write_video
from studio.media.clip import Clip
from studio.media.errors import CannotWrite
from studio.media.reader import open_clip
from studio.media.writer import Film

COUNT = 24


def film_of(clip: Clip, path: Path) -> Clip:
    with Film(path, clip) as film:
        for index, picture in enumerate(clip.frames()):
            film.write(picture, clip.pts(index), clip.duration(index))
    return open_clip(path)


def times(clip: Clip) -> list[Fraction]:
    return [clip.pts(index) * clip.time_base for index in range(clip.frame_count)]


def sound_packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(audio=0) if packet.size]


@pytest.mark.parametrize("varies", [False, True])
def test_every_frame_is_shown_when_its_source_shows_it(tmp_path: Path, varies: bool) -> None:
    source = open_clip(
        write_video(tmp_path / "a.mp4", draw_clip(COUNT).frames, times=varying_times(COUNT) if varies else None)
    )

    film = film_of(source, tmp_path / "b.mp4")

    assert times(film) == times(source)
    assert film.duration(COUNT - 1) * film.time_base == source.duration(COUNT - 1) * source.time_base
    assert [burned(picture) for picture in film.frames()] == list(range(COUNT))


def test_a_film_looks_like_its_source(tmp_path: Path) -> None:
    source = open_clip(write_video(tmp_path / "a.mp4", draw_clip(4).frames))

    film = film_of(source, tmp_path / "b.mp4")

    difference = film.frame(2).astype(int) - source.frame(2)
    assert np.abs(difference).mean() < 4
    assert np.abs(difference.mean(axis=(0, 1))).max() < 2.5  # no colour cast: 8-bit YUV there and back costs 1 or 2


def test_sound_is_copied_packet_by_packet(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", draw_clip(COUNT).frames, sound="aac")

    film_of(open_clip(path), tmp_path / "b.mp4")

    assert len(sound_packets(path)) > 20
    assert sound_packets(tmp_path / "b.mp4") == sound_packets(path)


def test_sound_that_mp4_does_not_hold_becomes_aac_of_the_same_length(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mkv", draw_clip(COUNT).frames, sound="pcm_s16le")

    film_of(open_clip(path), tmp_path / "b.mp4")

    with av.open(str(path)) as source, av.open(str(tmp_path / "b.mp4")) as film:
        heard = film.streams.audio[0]
        assert heard.codec_context.name == "aac"
        assert sum(frame.samples for frame in film.decode(heard)) == pytest.approx(
            sum(frame.samples for frame in source.decode(audio=0)), abs=2048
        )


def test_a_clip_that_starts_late_starts_at_zero_and_keeps_its_gaps(tmp_path: Path) -> None:
    late = [time + 900_000 for time in varying_times(COUNT)]
    source = open_clip(write_video(tmp_path / "late.mkv", draw_clip(COUNT).frames, times=late))

    film = film_of(source, tmp_path / "b.mp4")

    first = times(source)[0]
    assert first > 9
    assert times(film) == [time - first for time in times(source)]


def test_sides_of_odd_length_are_made_even_by_repeating_the_edge(tmp_path: Path) -> None:
    drawn = draw_clip(3, width=161, height=121)
    source = open_clip(write_pictures(tmp_path / "pictures", drawn.frames))

    film = film_of(source, tmp_path / "b.mp4")

    assert (source.width, source.height) == (161, 121)
    assert (film.width, film.height) == (162, 122)
    assert burned(film.frame(2)) == 2


def test_the_pixels_aspect_is_kept(tmp_path: Path) -> None:
    source = open_clip(write_video(tmp_path / "a.mp4", draw_clip(3).frames, pixel_aspect=Fraction(4, 3)))

    assert film_of(source, tmp_path / "b.mp4").pixel_aspect == Fraction(4, 3)


def test_a_film_can_start_playing_before_it_is_all_there(tmp_path: Path) -> None:
    source = open_clip(write_video(tmp_path / "a.mp4", draw_clip(3).frames))

    film_of(source, tmp_path / "b.mp4")

    data = (tmp_path / "b.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_a_fault_on_the_way_leaves_nothing_behind(tmp_path: Path) -> None:
    source = open_clip(write_video(tmp_path / "a.mp4", draw_clip(3).frames, sound="aac"))
    target = tmp_path / "films"
    target.mkdir()

    with pytest.raises(RuntimeError, match="on the way"), Film(target / "b.mp4", source) as film:
        film.write(source.frame(0), 0, 1)
        raise RuntimeError("on the way")

    assert list(target.iterdir()) == []


def test_a_film_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    source = open_clip(write_video(tmp_path / "a.mp4", draw_clip(3).frames))

    with pytest.raises(CannotWrite, match=r"none.b\.mp4 cannot be written"):
        Film(tmp_path / "none" / "b.mp4", source)
    with pytest.raises(CannotWrite, match=r"not as b\.avi"):
        Film(tmp_path / "b.avi", source)


def test_a_frame_out_of_turn_or_of_another_size_is_refused(tmp_path: Path) -> None:
    source = open_clip(write_video(tmp_path / "a.mp4", draw_clip(3).frames))

    with pytest.raises(ValueError, match="comes after"), Film(tmp_path / "b.mp4", source) as film:
        film.write(source.frame(0), 1, 1)
        film.write(source.frame(1), 1, 1)
    with pytest.raises(ValueError, match="frames are uint8"), Film(tmp_path / "b.mp4", source) as film:
        film.write(np.zeros((8, 8, 3), np.uint8), 0, 1)
