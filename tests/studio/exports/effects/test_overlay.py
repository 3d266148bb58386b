"""The film shows what was found, when the source shows it, and sounds as the source does."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from drawn.clips import burned, draw_clip, varying_times, write_video
from drawn.tracks import counts_of, spooled
from studio.exports.effects import overlay
from studio.exports.options import Options
from studio.exports.spool import Found
from studio.exports.tracks import Track, Tracks
from studio.media.clip import Clip
from studio.media.reader import open_clip

COUNT = 24
BLUE = (0, 0, 255)


def film_of(path: Path, clip: Clip, options: Options | None = None) -> Clip:
    """A blue square over each of frames 5 to 9."""
    bits = np.zeros((clip.height, clip.width), bool)
    bits[60:90, 100:140] = True
    corners = (90.0, 50.0, 150.0, 50.0, 150.0, 100.0, 90.0, 100.0)
    found = [
        Found(frame, 1, clip.width, clip.height, counts_of(bits), int(bits.sum()), 0.9, corners, "tracked")
        for frame in range(5, 10)
    ]
    with spooled(found, path.parent) as masks:
        overlay.write(Tracks("a", clip, (Track(1, "a", BLUE),), masks, options or Options()), path)
    return open_clip(path)


def times(clip: Clip) -> list[Fraction]:
    return [clip.pts(index) * clip.time_base for index in range(clip.frame_count)]


def sound_packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(audio=0) if packet.size]


@pytest.mark.parametrize("varies", [False, True])
def test_a_film_has_its_sources_frames_times_and_sound(tmp_path: Path, varies: bool):
    path = write_video(
        tmp_path / "a.mp4", draw_clip(COUNT).frames, times=varying_times(COUNT) if varies else None, sound="aac"
    )
    source = open_clip(path)

    film = film_of(tmp_path / "b.mp4", source)

    assert (film.frame_count, film.width, film.height) == (COUNT, source.width, source.height)
    assert times(film) == times(source)
    assert [burned(picture) for picture in film.frames()] == list(range(COUNT))
    assert len(sound_packets(path)) > 5
    assert sound_packets(tmp_path / "b.mp4") == sound_packets(path)


def test_masks_are_seen_in_their_frames_and_nothing_elsewhere(tmp_path: Path):
    source = open_clip(write_video(tmp_path / "a.mp4", draw_clip(COUNT).frames))

    film = film_of(tmp_path / "b.mp4", source)

    inside, edge = (slice(66, 84), slice(106, 134)), (60, slice(106, 134))
    for frame in range(COUNT):
        was, shown = source.frame(frame).astype(float), film.frame(frame).astype(float)
        if frame in range(5, 10):
            filled = 0.6 * was[inside] + 0.4 * np.array(BLUE)
            assert np.abs(shown[inside] - filled).mean() < 6
            assert shown[edge][:, 2].mean() > filled[..., 2].mean() + 20  # H.264's halved colours mix at the edge
            assert shown[edge][:, :2].mean() < 90
        else:
            assert np.abs(shown[inside] - was[inside]).mean() < 6
        assert np.abs(shown[30:56] - was[30:56]).mean() < 6  # above it


def test_rotated_boxes_are_drawn_where_they_are_wanted(tmp_path: Path):
    source = open_clip(write_video(tmp_path / "a.mp4", draw_clip(COUNT).frames))

    plain = film_of(tmp_path / "b.mp4", source).frame(7).astype(int)
    boxed = film_of(tmp_path / "c.mp4", source, Options(boxes=True)).frame(7).astype(int)

    left = np.abs(boxed - plain)[52:98, 89:91].mean()
    assert left > 20
    assert np.abs(boxed - plain)[102:118, 10:80].mean() < 3


def test_a_film_says_which_colours_it_means(tmp_path: Path):
    film_of(tmp_path / "b.mp4", open_clip(write_video(tmp_path / "a.mp4", draw_clip(COUNT).frames)))

    with av.open(str(tmp_path / "b.mp4")) as container:
        context = container.streams.video[0].codec_context
        assert (context.colorspace, context.color_primaries, context.color_trc, context.color_range) == (1, 1, 1, 1)
