"""Taking in, through the real child: what a clip is, or why it is none; harmed clips always have an answer."""

from __future__ import annotations

import io
import itertools
import json
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image

from drawn.clips import draw_clip, varying_times, write_sound, write_video
from faults.sizes import sized
from studio.media.errors import MediaError
from studio.media.frame_table import FrameTable
from studio.media.probe import Bounds, Found, take_in
from studio.media.sandbox import Limits

from .broken import harmed

BOUNDS = Bounds(max_bytes=1 << 30, max_seconds=60, max_pixels=1280 * 720, max_frames=500)
MADE = ["filmstrip.jpg", "frames.npz", "poster.jpg", "proxy.json", "proxy.mp4"]
CODES = {
    "not-video",
    "no-picture",
    "unreadable-video",
    "unequal-frames",
    "too-large",
    "too-long",
    "too-slow",
    "memory",
    "cannot-write",
}


def take(source: Path, folder: Path, bounds: Bounds = BOUNDS, **more: object) -> Found:
    folder.mkdir(exist_ok=True)
    return take_in(source, folder, bounds, lambda share, fps, left: None, **more)  # type: ignore[arg-type]


def refusal(source: Path, folder: Path, bounds: Bounds = BOUNDS, **more: object) -> MediaError:
    with pytest.raises(MediaError) as fault:
        take(source, folder, bounds, **more)
    words = str(fault.value)
    assert words[0].isupper() and words.endswith("."), words
    assert str(folder.parent) not in words
    return fault.value


def test_a_clip_is_described_and_made_ready(tmp_path: Path) -> None:
    source = write_video(tmp_path / "a.mp4", draw_clip(24).frames, rate=30, sound="aac")

    found = take(source, tmp_path / "made")

    assert (found.width, found.height, found.pixel_aspect, found.frame_count) == (160, 120, 1.0, 24)
    assert (found.frame_rate, found.has_sound) == (Fraction(30), True)
    assert found.duration_s == pytest.approx(24 / 30)
    assert sorted(path.name for path in (tmp_path / "made").iterdir()) == MADE
    assert len(FrameTable.from_bytes((tmp_path / "made" / "frames.npz").read_bytes())) == 24
    assert len(json.loads((tmp_path / "made" / "proxy.json").read_text())["pts"]) == 24


def test_a_rate_that_varies_is_none(tmp_path: Path) -> None:
    times = varying_times(24)
    source = write_video(tmp_path / "a.mp4", draw_clip(24).frames, times=times)

    found = take(source, tmp_path / "made")

    assert found.frame_rate is None
    assert found.duration_s > times[-1] / 90_000


def test_a_turned_clip_with_wide_pixels_is_described_upright(tmp_path: Path) -> None:
    source = write_video(tmp_path / "a.mp4", draw_clip(3).frames, rotation=90, pixel_aspect=Fraction(2))

    found = take(source, tmp_path / "made")

    assert (found.width, found.height, found.pixel_aspect) == (120, 160, 0.5)


def test_a_stream_that_starts_without_a_key_frame_is_taken_in_from_its_first_picture(tmp_path: Path) -> None:
    whole = write_video(tmp_path / "a.ts", draw_clip(24).frames).read_bytes()
    (tmp_path / "cut.ts").write_bytes(whole[188 * 12 :])

    found = take(tmp_path / "cut.ts", tmp_path / "made")

    assert 0 < found.frame_count <= 24


@pytest.mark.parametrize("codec", ["libvpx-vp9", "mpeg4"])
def test_other_codecs_are_taken_in_under_a_name_without_ending(tmp_path: Path, codec: str) -> None:
    written = write_video(tmp_path / ("a.webm" if codec == "libvpx-vp9" else "a.avi"), draw_clip(6).frames, codec=codec)

    found = take(written.rename(tmp_path / "source"), tmp_path / "made")

    assert found.frame_count == 6


def test_progress_grows_to_the_whole(tmp_path: Path) -> None:
    source = write_video(tmp_path / "a.mp4", draw_clip(60).frames)
    heard: list[tuple[float, float | None, float | None]] = []
    (tmp_path / "made").mkdir()

    take_in(source, tmp_path / "made", BOUNDS, lambda *said: heard.append(said))

    shares = [share for share, _, _ in heard]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert heard[-1][1] is not None and heard[-1][2] == 0


def test_the_parent_may_stop_it_at_any_tick(tmp_path: Path) -> None:
    source = write_video(tmp_path / "a.mp4", draw_clip(24).frames)
    (tmp_path / "made").mkdir()

    def tick() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take(source, tmp_path / "made", tick=tick)


@pytest.mark.parametrize(
    ("bounds", "code", "words"),
    [
        (Bounds(1 << 30, 60, 1000, 500), "too-large", "160 x 120 px, more than the 1000 px"),
        (Bounds(1 << 30, 60, 1 << 20, 10), "too-large", "24 frames, more than the 10"),
        (Bounds(1 << 30, 0.5, 1 << 20, 500), "too-long", "lasts 1 seconds, more than the 0"),
    ],
)
def test_a_clip_over_a_limit_is_refused_with_both_numbers(
    tmp_path: Path, bounds: Bounds, code: str, words: str
) -> None:
    source = write_video(tmp_path / "a.mp4", draw_clip(24).frames)

    fault = refusal(source, tmp_path / "made", bounds)

    assert fault.code == code
    assert words in str(fault)
    assert list((tmp_path / "made").iterdir()) == []


def test_a_header_that_hides_its_frames_is_counted(tmp_path: Path) -> None:
    source = write_video(tmp_path / "a.ts", draw_clip(24).frames)  # a stream that says nowhere how many there are

    assert "more than the 10 frames" in str(refusal(source, tmp_path / "made", Bounds(1 << 30, 60, 1 << 20, 10)))


PLAYLISTS = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{neighbour}\n#EXT-X-ENDLIST\n",
    "concat": "ffconcat version 1.0\nfile {neighbour}\n",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
    "subtitles": "1\n00:00:00,000 --> 00:00:01,000\nbees\n",
    "page": "<!doctype html><video src='{neighbour}'></video>",
}


@pytest.mark.parametrize("kind", list(PLAYLISTS))
@pytest.mark.parametrize("ending", ["", ".mp4", ".m3u8"])
def test_a_file_that_points_to_others_is_no_video(tmp_path: Path, kind: str, ending: str) -> None:
    neighbour = write_video(tmp_path / "neighbour.mp4", draw_clip(3).frames)
    source = tmp_path / f"source{ending}"
    source.write_text(PLAYLISTS[kind].format(neighbour=neighbour.name))

    assert refusal(source, tmp_path / "made").code == "not-video"
    assert list((tmp_path / "made").iterdir()) == []


def test_a_picture_and_a_sound_are_no_clip(tmp_path: Path) -> None:
    Image.new("RGB", (64, 64)).save(tmp_path / "a.png")

    assert refusal((tmp_path / "a.png").rename(tmp_path / "source"), tmp_path / "made").code == "not-video"
    assert refusal(write_sound(tmp_path / "a.mp4"), tmp_path / "made").code == "no-picture"


def test_a_zip_of_pictures_is_taken_in(tmp_path: Path) -> None:
    source = tmp_path / "source"
    with zipfile.ZipFile(source, "w") as opened:
        for index, frame in enumerate(draw_clip(5).frames):
            picture = io.BytesIO()
            Image.fromarray(frame).save(picture, "jpeg")
            opened.writestr(f"{index}.jpg", picture.getvalue())

    found = take(source, tmp_path / "made", images=True)

    assert (found.frame_count, found.frame_rate, found.has_sound) == (5, Fraction(25), False)
    assert sorted(path.name for path in (tmp_path / "made").iterdir()) == sorted({*MADE, "frames"} - {"frames.npz"})


def test_a_zip_whose_pictures_differ_is_refused_by_their_names(tmp_path: Path) -> None:
    source = tmp_path / "source"
    with zipfile.ZipFile(source, "w") as opened:
        for name, side in (("a.png", 16), ("b.png", 24)):
            picture = io.BytesIO()
            Image.new("RGB", (side, side)).save(picture, "png")
            opened.writestr(name, picture.getvalue())

    fault = refusal(source, tmp_path / "made", images=True)

    assert fault.code == "unequal-frames"
    assert "a.png is 16 x 16 px, b.png is 24 x 24 px" in str(fault)


def test_a_picture_bomb_in_a_zip_is_refused(tmp_path: Path) -> None:
    picture = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(picture, "png")
    with zipfile.ZipFile(tmp_path / "source", "w") as opened:
        opened.writestr("a.png", picture.getvalue())

    assert refusal(tmp_path / "source", tmp_path / "made", images=True).code in ("too-large", "unreadable-video")


HARMED = (sized(18, 1200), sized(6, 400), sized(6, 400))  # copies of each clip


def test_harmed_clips_always_have_an_answer_with_one_of_our_codes(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    clips = [
        write_video(tmp_path / "a.mp4", draw_clip(12).frames, sound="aac"),
        write_video(tmp_path / "b.mkv", draw_clip(12).frames),
        write_video(tmp_path / "c.ts", draw_clip(12).frames),
    ]
    limits = Limits(memory_bytes=2 * 1024**3, silent_s=20.0)
    took: list[float] = []

    def answered(case: tuple[int, tuple[str, bytes]]) -> str | None:
        number, (what, data) = case
        folder = tmp_path / f"case{number}"
        folder.mkdir()
        (folder / "source").write_bytes(data)
        began = time.monotonic()
        try:
            found = take(folder / "source", folder / "made", limits=limits)
        except MediaError as fault:
            took.append(time.monotonic() - began)
            return None if fault.code in CODES and str(fault).endswith(".") else f"{what}: {fault.code} {fault}"
        took.append(time.monotonic() - began)
        whole = sorted(path.name for path in (folder / "made").iterdir()) == MADE
        return None if whole and found.frame_count > 0 else f"{what}: {found}"

    cases = itertools.chain.from_iterable(
        harmed(clip.read_bytes(), count, seed) for seed, (clip, count) in enumerate(zip(clips, HARMED, strict=True))
    )
    with ThreadPoolExecutor(2) as pool:
        wrong = [answer for answer in pool.map(answered, enumerate(cases)) if answer is not None]

    assert wrong == []
    record_property("tried", sum(HARMED))
    record_property("figure", f"the slowest was answered after {max(took):.1f} s")
