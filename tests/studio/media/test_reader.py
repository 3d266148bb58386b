"""Frames by index are the frames of reading through, whatever the file is like."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from drawn.clips import burned, draw_clip, varying_times, write_pictures, write_sound, write_video
from studio.media import clip as clip_module
from studio.media.errors import (
    MediaError,
    NoPicture,
    NoSuchFile,
    NoSuchFrame,
    NotVideo,
    TooLarge,
    UnequalFrames,
    UnreadableVideo,
)
from studio.media.frame_table import FrameTable
from studio.media.reader import open_clip
from studio.media.video import VideoClip

COUNT = 24


@pytest.fixture(scope="module")
def varying(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video of varying rate, key frames at every seventh frame, with B frames."""
    path = tmp_path_factory.mktemp("clips") / "varying.mp4"
    return write_video(path, draw_clip(COUNT).frames, times=varying_times(COUNT))


def test_reading_through_gives_every_frame_in_order(varying: Path) -> None:
    clip = open_clip(varying)

    pictures = list(clip.frames())

    assert [burned(picture) for picture in pictures] == list(range(COUNT))
    assert {picture.shape for picture in pictures} == {(120, 160, 3)}
    assert all(picture.flags.c_contiguous and picture.dtype == np.uint8 for picture in pictures)


def test_times_are_those_the_file_was_written_with(varying: Path) -> None:
    clip = open_clip(varying)

    assert [clip.pts(index) * clip.time_base for index in range(COUNT)] == [
        time * Fraction(1, 90_000) for time in varying_times(COUNT)
    ]
    assert clip.duration(3) == clip.pts(4) - clip.pts(3)


@pytest.mark.parametrize("start", range(COUNT))
def test_reading_from_a_frame_gives_the_pictures_of_reading_through(varying: Path, start: int) -> None:
    clip = open_clip(varying)
    whole = list(clip.frames())

    some = list(clip.frames(start, min(start + 3, COUNT)))

    assert all(np.array_equal(one, other) for one, other in zip(some, whole[start : start + 3], strict=True))


def test_a_far_frame_is_found_by_seeking(varying: Path) -> None:
    clip = open_clip(varying)
    assert isinstance(clip, VideoClip)

    sought = clip._sought(20)

    assert next(sought).pts == clip.pts(20)
    assert clip.table.key_before(20) > 0
    sought.close()


@pytest.mark.parametrize("chunk_frames", [1, 5, 100])
def test_reading_backwards_gives_the_same_pictures_in_reverse(
    varying: Path, chunk_frames: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clip_module, "CHUNK_BYTES", chunk_frames * 160 * 120 * 3)
    clip = open_clip(varying)

    assert [burned(picture) for picture in clip.frames(COUNT - 1, step=-1)] == list(range(COUNT))[::-1]
    assert [burned(picture) for picture in clip.frames(9, 4, -1)] == [9, 8, 7, 6, 5]


def test_a_table_with_wrong_checksums_only_costs_time(varying: Path) -> None:
    table = FrameTable.of(varying)
    table.prints[:] = 1

    clip = open_clip(varying, table=table)

    assert burned(clip.frame(17)) == 17


def test_a_file_without_usable_times_is_read_through(tmp_path: Path) -> None:
    path = write_video(tmp_path / "raw.h264", draw_clip(COUNT).frames)

    clip = open_clip(path)

    assert clip.frame_count == COUNT
    assert [burned(clip.frame(index)) for index in (0, 8, 23)] == [0, 8, 23]
    assert [clip.seconds(index) for index in (0, 25 - 2)] == pytest.approx([0, 23 / 25], abs=1e-3)


def test_a_stream_that_starts_without_a_key_frame_is_counted_from_its_first_picture(tmp_path: Path) -> None:
    whole = write_video(tmp_path / "whole.ts", draw_clip(COUNT).frames)
    cut = tmp_path / "cut.ts"
    with av.open(str(whole)) as source, av.open(str(cut), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in list(source.demux(source.streams.video[0]))[2:]:
            if packet.size:
                packet.stream = stream
                target.mux(packet)

    clip = open_clip(cut)
    pictures = [burned(picture) for picture in clip.frames()]

    assert pictures[-1] == COUNT - 1
    assert len(pictures) == clip.frame_count < COUNT
    assert [burned(clip.frame(index)) for index in range(clip.frame_count)] == pictures


def test_a_rotated_video_comes_upright_and_its_pixels_aspect_turns_too(tmp_path: Path) -> None:
    path = write_video(tmp_path / "turned.mp4", draw_clip(3).frames, rotation=90, pixel_aspect=Fraction(2))

    clip = open_clip(path)

    assert (clip.width, clip.height, clip.pixel_aspect) == (120, 160, Fraction(1, 2))
    picture = clip.frame(1)
    assert picture.shape == (160, 120, 3)
    assert burned(np.rot90(picture, -1)) == 1  # 90 degrees counter-clockwise is undone by a clockwise quarter turn


def test_a_table_survives_its_bytes(varying: Path) -> None:
    table = FrameTable.of(varying)

    again = FrameTable.from_bytes(table.to_bytes())

    assert again.pts.tolist() == table.pts.tolist()
    assert (again.time_base, again.end, again.seekable) == (table.time_base, table.end, True)
    assert again.prints.tolist() == table.prints.tolist()


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 something", b"\x93NUMPY"])
def test_other_bytes_are_no_table(data: bytes) -> None:
    with pytest.raises(MediaError, match="not a frame table"):
        FrameTable.from_bytes(data)


def test_colors_survive_a_tagged_and_an_untagged_file(tmp_path: Path) -> None:
    frame = np.zeros((64, 64, 3), np.uint8)
    frame[:] = (200, 60, 90)

    clip = open_clip(write_video(tmp_path / "plain.mp4", [frame] * 2))

    assert np.abs(clip.frame(0).astype(int) - frame).max() <= 4  # 8-bit YUV


def test_pictures_are_sorted_as_a_person_would(tmp_path: Path) -> None:
    folder = write_pictures(tmp_path / "pictures", draw_clip(12).frames)
    (folder / "notes.txt").write_text("no picture")
    (folder / ".hidden.png").write_bytes(b"no picture either")

    clip = open_clip(folder)

    assert [burned(picture) for picture in clip.frames()] == list(range(12))
    assert [burned(picture) for picture in clip.frames(11, step=-1)] == list(range(12))[::-1]
    assert clip.frame_name(10) == "frame10"
    assert clip.seconds(5) == pytest.approx(0.2)


def test_pictures_of_two_sizes_are_refused_by_name(tmp_path: Path) -> None:
    folder = write_pictures(tmp_path / "pictures", draw_clip(3).frames)
    Image.new("RGB", (80, 60)).save(folder / "frame3.jpg")

    with pytest.raises(UnequalFrames, match=r"frame0.png is 160 x 120 px, frame3.jpg is 80 x 60 px"):
        open_clip(folder)


def test_a_photo_held_upright_is_read_upright(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned a quarter
    Image.new("RGB", (80, 60), (250, 0, 0)).save(folder / "a.jpg", exif=exif)

    clip = open_clip(folder)

    assert (clip.width, clip.height) == (60, 80)
    assert clip.frame(0).shape == (80, 60, 3)


def test_pictures_of_sixteen_bits_keep_their_shades(tmp_path: Path) -> None:
    folder = tmp_path / "deep"
    folder.mkdir()
    Image.fromarray(np.full((8, 8), 0x8000, np.uint16)).save(folder / "a.png")

    assert open_clip(folder).frame(0).max() == 0x80


def test_what_cannot_be_read_is_refused_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("#EXTM3U\n#EXTINF:1,\nhttp://example.org/a.ts\n")
    (tmp_path / "zeros.mp4").write_bytes(bytes(4096))
    (tmp_path / "empty").mkdir()
    Image.new("RGB", (8, 8)).save(tmp_path / "one.png")
    for name, fault in (
        ("none.mp4", NoSuchFile),
        ("text.mp4", NotVideo),
        ("zeros.mp4", NotVideo),
        ("empty", NotVideo),
        ("one.png", NotVideo),
    ):
        with pytest.raises(fault, match=name):
            open_clip(tmp_path / name)


def test_a_file_that_is_only_heard_has_no_picture_track(tmp_path: Path) -> None:
    with pytest.raises(NoPicture, match="no picture track"):
        open_clip(write_sound(tmp_path / "heard.mp4"))


def test_a_video_cut_short_gives_the_frames_before_the_cut(tmp_path: Path) -> None:
    whole = write_video(tmp_path / "whole.ts", draw_clip(COUNT).frames).read_bytes()
    (tmp_path / "short.ts").write_bytes(whole[: len(whole) * 2 // 3])

    clip = open_clip(tmp_path / "short.ts")

    pictures = [burned(picture) for picture in clip.frames()]
    assert pictures[:10] == list(range(10))
    assert len(pictures) == clip.frame_count < COUNT


def test_a_video_without_one_good_frame_is_unreadable(varying: Path, tmp_path: Path) -> None:
    data = bytearray(varying.read_bytes())
    start, end = data.index(b"mdat") + 4, data.index(b"moov") - 4
    data[start:end] = bytes(end - start)
    (tmp_path / "blank.mp4").write_bytes(data)

    with pytest.raises(UnreadableVideo, match="not one frame"):
        open_clip(tmp_path / "blank.mp4")


def test_a_picture_over_the_limit_is_refused_before_it_is_decoded(varying: Path) -> None:
    with pytest.raises(TooLarge, match="160 x 120 px, more than the 1000 px"):
        open_clip(varying, max_pixels=1000)


def test_a_clip_of_too_many_frames_is_refused(varying: Path) -> None:
    with pytest.raises(TooLarge, match="more than the 10 frames"):
        open_clip(varying, max_frames=10)


def test_a_picture_that_changes_its_size_is_refused_with_its_frame(tmp_path: Path) -> None:
    small = write_video(tmp_path / "a.h264", draw_clip(4).frames)
    large = write_video(tmp_path / "b.h264", draw_clip(4, 192, 144).frames)
    (tmp_path / "both.h264").write_bytes(small.read_bytes() + large.read_bytes())

    with pytest.raises(UnequalFrames, match=r"from 160 x 120 to 192 x 144 px at frame 4"):
        open_clip(tmp_path / "both.h264")


@pytest.mark.parametrize(
    ("start", "stop", "step"), [(COUNT + 1, None, 1), (-1, None, 1), (0, 99, 1), (COUNT, None, -1)]
)
def test_a_frame_outside_the_clip_is_refused(varying: Path, start: int, stop: int | None, step: int) -> None:
    with pytest.raises(NoSuchFrame, match="frames 0 to 23"):
        list(open_clip(varying).frames(start, stop, step))


def test_fifty_clips_opened_and_read_leave_no_file_open(varying: Path) -> None:
    table = FrameTable.of(varying)
    before = len(list(Path("/proc/self/fd").iterdir()))

    for _ in range(50):
        pictures = open_clip(varying, table=table).frames(9)
        next(pictures)
        pictures.close()  # type: ignore[attr-defined]

    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 2
