"""The proxy's frame i is the clip's frame i, at its time, upright and with square pixels."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from drawn.clips import burned, draw_clip, varying_times, write_pictures, write_video
from studio.media import proxy
from studio.media.clip import Clip
from studio.media.errors import CannotWrite
from studio.media.proxy import KEY_FRAME_INTERVAL, Filmstrip, make_proxy, proxy_times
from studio.media.reader import open_clip

COUNT = 30


def made(source: Path) -> tuple[Path, Filmstrip]:
    """The folder of a proxy of this file."""
    folder = source.parent / "made"
    folder.mkdir()
    return folder, make_proxy(open_clip(source), folder, lambda done: None)


def nearest(clip: Clip, tile: NDArray[np.uint8]) -> int:
    """The frame that a tile, BGR as cv2 reads it, looks most like."""
    small = [cv2.resize(picture, (72, 54), interpolation=cv2.INTER_AREA) for picture in clip.frames()]
    return int(np.argmin([np.abs(tile[..., ::-1].astype(int) - picture).mean() for picture in small]))


def packets(path: Path) -> list[av.Packet]:
    with av.open(str(path)) as container:
        return [packet for packet in container.demux(video=0) if packet.size]


@pytest.mark.parametrize("varies", [False, True])
@pytest.mark.parametrize("ending", ["mp4", "mkv", "ts", "avi"])
def test_each_frame_is_one_sample_at_its_time(tmp_path: Path, varies: bool, ending: str) -> None:
    if varies and ending == "avi":
        pytest.skip("AVI has no times of its own")
    times = varying_times(COUNT) if varies else None
    codec = "mpeg4" if ending == "avi" else "libx264"
    clip = open_clip(write_video(tmp_path / f"a.{ending}", draw_clip(COUNT).frames, times=times, codec=codec))
    folder, _ = made(clip.path)

    film = open_clip(folder / "proxy.mp4")

    first = clip.pts(0) * clip.time_base
    assert [film.pts(i) * film.time_base for i in range(COUNT)] == [
        clip.pts(i) * clip.time_base - first for i in range(COUNT)
    ]
    assert [burned(picture) for picture in film.frames()] == list(range(COUNT))
    time_base, told = proxy_times(folder / "proxy.mp4", COUNT)
    assert [tick * time_base for tick in told] == [film.pts(i) * film.time_base for i in range(COUNT)]


def test_a_seek_decodes_at_most_a_dozen_frames_and_none_out_of_order(tmp_path: Path) -> None:
    folder, _ = made(write_video(tmp_path / "a.mp4", draw_clip(COUNT).frames, gop=250))

    found = packets(folder / "proxy.mp4")

    keys = [index for index, packet in enumerate(found) if packet.is_keyframe]
    assert keys[0] == 0
    assert max(b - a for a, b in pairwise([*keys, COUNT])) <= KEY_FRAME_INTERVAL
    assert all(packet.pts == packet.dts for packet in found)


def test_a_browser_can_play_it_before_it_is_all_there(tmp_path: Path) -> None:
    folder, _ = made(write_video(tmp_path / "a.mp4", draw_clip(3).frames))

    data = (folder / "proxy.mp4").read_bytes()

    assert data.index(b"moov") < data.index(b"mdat")
    with av.open(str(folder / "proxy.mp4")) as container:
        context = container.streams.video[0].codec_context
        assert (context.name, context.pix_fmt) == ("h264", "yuv420p")


@pytest.mark.parametrize(("rotation", "back"), [(90, -1), (180, 2), (270, 1)])
def test_a_turned_clip_is_shown_upright(tmp_path: Path, rotation: int, back: int) -> None:
    folder, _ = made(write_video(tmp_path / "a.mp4", draw_clip(4).frames, rotation=rotation))

    film = open_clip(folder / "proxy.mp4")

    assert (film.width, film.height) == ((160, 120) if rotation == 180 else (120, 160))
    assert [burned(np.rot90(picture, back)) for picture in film.frames()] == [0, 1, 2, 3]
    poster = cv2.imread(str(folder / "poster.jpg"))
    assert poster.shape[:2] == (film.height, film.width)


def test_pixels_that_are_not_square_look_right_in_the_poster_and_the_filmstrip(tmp_path: Path) -> None:
    source = write_video(tmp_path / "a.mp4", draw_clip(4).frames, pixel_aspect=Fraction(2))
    folder, strip = made(source)

    film = open_clip(folder / "proxy.mp4")

    assert (film.width, film.height, film.pixel_aspect) == (160, 120, 1)  # the page stretches it, by the row's aspect
    assert cv2.imread(str(folder / "poster.jpg")).shape[:2] == (120, 320)
    assert (strip.tile_width, strip.tile_height) == (144, 54)


def test_a_large_clip_is_made_smaller_and_odd_sides_even(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy, "PROXY_SIDE", 120)
    folder, _ = made(write_pictures(tmp_path / "pictures", draw_clip(3, width=163, height=121).frames))

    film = open_clip(folder / "proxy.mp4")

    assert (film.width, film.height) == (120, 90)
    assert film.frame_count == 3


@pytest.mark.parametrize(
    ("codec", "ending"),
    [("aac", "mp4"), ("flac", "mkv"), ("libmp3lame", "mkv"), ("pcm_s16le", "mkv"), ("ac3", "mp4")],
)
def test_its_sound_is_of_a_kind_browsers_play(tmp_path: Path, codec: str, ending: str) -> None:
    source = write_video(tmp_path / f"a.{ending}", draw_clip(COUNT).frames, sound=codec)
    folder, _ = made(source)

    with av.open(str(folder / "proxy.mp4")) as film, av.open(str(source)) as original:
        heard = film.streams.audio[0]
        assert heard.codec_context.name in ("aac", "mp3", "mp3float", "opus")
        seconds = sum(frame.samples / frame.sample_rate for frame in film.decode(heard))
        expected = sum(frame.samples / frame.sample_rate for frame in original.decode(audio=0))
    assert seconds == pytest.approx(expected, abs=0.1)


def test_the_filmstrip_has_a_tile_for_each_frame_up_to_its_most(tmp_path: Path) -> None:
    folder, strip = made(write_video(tmp_path / "a.mp4", draw_clip(13).frames))

    sheet = cv2.imread(str(folder / "filmstrip.jpg"))

    assert strip == Filmstrip(columns=10, rows=2, tile_width=72, tile_height=54, count=13)
    assert sheet.shape[:2] == (108, 720)
    assert nearest(open_clip(folder.parent / "a.mp4"), sheet[54:, 144:216]) == 12


def test_a_long_clips_tiles_are_spread_over_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy, "MOST_TILES", 4)
    folder, strip = made(write_video(tmp_path / "a.mp4", draw_clip(16).frames))

    sheet = cv2.imread(str(folder / "filmstrip.jpg"))
    clip = open_clip(folder.parent / "a.mp4")
    assert strip.count == 4
    assert [nearest(clip, sheet[:, left : left + 72]) for left in range(0, 288, 72)] == [2, 6, 10, 14]


def test_frames_are_heard_of_one_by_one(tmp_path: Path) -> None:
    folder, heard = tmp_path / "made", list[int]()
    folder.mkdir()

    make_proxy(open_clip(write_video(tmp_path / "a.mp4", draw_clip(5).frames)), folder, heard.append)

    assert heard == [1, 2, 3, 4, 5]


def test_a_proxy_that_misses_a_frame_is_not_taken(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", draw_clip(5).frames)

    with pytest.raises(CannotWrite, match="5 frames instead of 6"):
        proxy_times(path, 6)
