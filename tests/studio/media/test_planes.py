"""A film of a clip's planes looks like the film of its RGB pictures, whatever the clip's colours, sides and turns."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange

from drawn.clips import draw_clip, write_pictures, write_video
from studio.media.clip import Clip
from studio.media.codecs import VP9_ALPHA
from studio.media.colors import Colors
from studio.media.errors import NoSuchFrame
from studio.media.planes import Planes
from studio.media.reader import open_clip
from studio.media.writer import Film

COUNT = 5


def films_of(clip: Clip, folder: Path) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Decoded again: the film of planes, and that of pictures."""
    with Film(folder / "planes.mp4", clip) as film:
        for index, planes in enumerate(clip.planes()):
            film.write_planes(planes, clip.pts(index), clip.duration(index))
    with Film(folder / "pictures.mp4", clip) as film:
        for index, picture in enumerate(clip.frames()):
            film.write(picture, clip.pts(index), clip.duration(index))
    first, second = (list(open_clip(folder / name).frames()) for name in ("planes.mp4", "pictures.mp4"))
    return first, second


def alike(clip: Clip, folder: Path) -> None:
    """The film of planes is at least as near to the clip as the other, which has been RGB."""
    by_planes, by_pictures = films_of(clip, folder)
    assert len(by_planes) == len(by_pictures) == clip.frame_count
    for one, other, source in zip(by_planes, by_pictures, clip.frames(), strict=True):
        assert one.shape == other.shape
        height, width = source.shape[:2]
        difference, others = one[:height, :width].astype(int) - source, other[:height, :width].astype(int) - source
        assert np.abs(difference).mean() < np.abs(others).mean() + 0.5
        assert np.abs(difference.mean(axis=(0, 1))).max() < 2.5  # no colour cast: 8-bit YUV there and back costs 1 or 2


@pytest.mark.parametrize("full_range", [False, True])
@pytest.mark.parametrize("colors", [Colors(1, 1, 1), Colors(6, 6, 6), Colors(9, 14, 9), None])
@pytest.mark.parametrize("width", [160, 1280])
def test_colours_are_kept(tmp_path: Path, colors: Colors | None, full_range: bool, width: int) -> None:
    bars = np.repeat(
        np.array([(200, 30, 40), (30, 180, 60), (40, 50, 200), (230, 220, 40)], np.uint8), width // 4, axis=0
    )
    frames = [bars[None].repeat(64, axis=0)] * 2
    clip = open_clip(write_video(tmp_path / "a.mp4", frames, colors=colors, full_range=full_range))

    by_planes, by_pictures = films_of(clip, tmp_path)

    for bar in range(4):
        middle = bar * (width // 4) + width // 8
        assert np.abs(by_planes[1][32, middle].astype(int) - by_pictures[1][32, middle]).max() <= 4


def test_a_full_range_that_only_its_tag_tells_is_read(tmp_path: Path) -> None:
    """FFmpeg has a name of its own for H.264's full range, not for VP9's."""
    ramp = np.linspace(0, 255, 128).astype(np.uint8)[None, :, None].repeat(64, axis=0).repeat(3, axis=2)
    path = write_video(tmp_path / "a.webm", [ramp] * 2, codec="libvpx-vp9", colors=Colors(), full_range=True)

    by_planes, by_pictures = films_of(open_clip(path), tmp_path)

    assert by_pictures[1].min() < 5 and by_pictures[1].max() > 250
    assert np.abs(by_planes[1].astype(int) - by_pictures[1]).max() < 8


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_turned_clips_are_upright(tmp_path: Path, rotation: int) -> None:
    alike(open_clip(write_video(tmp_path / "a.mp4", draw_clip(COUNT).frames, rotation=rotation)), tmp_path)


def test_pictures_of_odd_sides_are_read_too(tmp_path: Path) -> None:
    alike(open_clip(write_pictures(tmp_path / "pictures", draw_clip(COUNT, 161, 121).frames)), tmp_path)


@pytest.mark.parametrize(
    ("size", "rotation", "pixels"),
    [
        ((160, 120), 0, "yuv420p"),
        ((161, 121), 0, "yuv420p"),
        ((161, 121), 90, "yuv420p"),
        ((160, 120), 0, "yuv422p10le"),
    ],
)
def test_odd_sides_and_other_pixels_are_read_too(
    tmp_path: Path, size: tuple[int, int], rotation: int, pixels: str
) -> None:
    width, height = size
    with av.open(str(tmp_path / "a.mkv" if not rotation else tmp_path / "a.mp4"), "w") as container:
        stream = container.add_stream("ffv1" if not rotation else "mpeg4", rate=25, options={"qscale": "1"})
        stream.width, stream.height, stream.pix_fmt = width, height, pixels
        if rotation:
            stream.set_display_rotation(rotation)
        for drawn in draw_clip(COUNT, width, height).frames:
            frame = av.VideoFrame.from_ndarray(drawn, format="rgb24").reformat(
                format=pixels, dst_color_range=ColorRange.MPEG
            )
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    clip = open_clip(Path(container.name))

    assert (clip.width, clip.height) == ((height, width) if rotation else (width, height))
    alike(clip, tmp_path)


def test_a_decoders_frame_is_copied_to_be_drawn_on() -> None:
    """A decoder may look at its last frames to make the next."""
    frame = av.VideoFrame.from_ndarray(draw_clip(1).frames[0], format="rgb24").reformat(format="yuv420p")
    was = frame.to_ndarray()

    planes = Planes.of_frame(frame)
    assert np.array_equal(planes.close().to_ndarray(), was)
    for plane in (planes.luma, planes.cb, planes.cr):
        plane[:] = 0

    assert np.array_equal(frame.to_ndarray(), was)


def test_a_part_of_a_clip_is_read_from_its_first_frame(tmp_path: Path) -> None:
    clip = open_clip(write_video(tmp_path / "a.mp4", draw_clip(COUNT).frames, gop=2))
    whole = [planes.luma.copy() for planes in clip.planes()]

    part = [planes.luma.copy() for planes in clip.planes(3, 5)]

    assert len(part) == 2 and all(np.array_equal(one, other) for one, other in zip(part, whole[3:], strict=True))
    assert list(clip.planes(2, 2)) == []
    with pytest.raises(NoSuchFrame):
        clip.planes(COUNT + 1)


def test_a_film_of_other_pixels_or_sides_refuses_them(tmp_path: Path) -> None:
    clip = open_clip(write_video(tmp_path / "a.mp4", draw_clip(2).frames))
    planes = next(iter(clip.planes()))

    with pytest.raises(ValueError, match="yuva420p"), Film(tmp_path / "b.webm", clip, codec=VP9_ALPHA) as film:
        film.write_planes(planes, 0, 1)
    with pytest.raises(ValueError, match=r"\[10, 10\]"), Film(tmp_path / "b.mp4", clip, size=(10, 10)) as film:
        film.write_planes(planes, 0, 1)
