"""Films of a clip: each has its frames, times, size and sound, and shows inside and outside masks what it says."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from studio.exports.effects import EFFECTS, blur
from studio.media.clip import Clip
from studio.media.errors import CannotWrite
from studio.media.reader import open_clip

from .conftest import COUNT, FOUND, Stage, sound_packets

FRAME = 3  # the square is at 52..91, 40..79
CLOSE = 6  # levels that H.264 may change in the mean


def seen(path: Path, frame: int = FRAME) -> NDArray[np.int64]:
    """A frame of a film."""
    return open_clip(path).frame(frame).astype(np.int64)


def heard(path: Path) -> list[tuple[Fraction, bytes]]:
    """When each packet of the sound begins, and what is in it."""
    with av.open(str(path)) as container:
        if not container.streams.audio:
            return []
        packets = [packet for packet in container.demux(audio=0) if packet.size]
        return [(packet.pts * packet.time_base, bytes(packet)) for packet in packets]


def apart(stage: Stage, frame: int = FRAME, px: int = 5) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Pixels well inside and well outside the square: H.264's halved colours mix what is near its edge."""
    bits = stage.mask(frame).view(np.uint8)
    kernel = np.ones((2 * px + 1, 2 * px + 1), np.uint8)
    return cv2.erode(bits, kernel) > 0, cv2.dilate(bits, kernel) == 0


def far(a: NDArray[np.int64], b: NDArray[np.int64]) -> float:
    return float(np.abs(a - b).mean())


@pytest.mark.parametrize("name", [name for name, effect in EFFECTS.items() if name not in ("cutout", "crop", "grid")])
def test_a_film_has_its_sources_size_times_and_sound(stage: Stage, name: str):
    path = stage.film(name)

    film: Clip = open_clip(path)
    assert (film.frame_count, film.width, film.height) == (COUNT, stage.clip.width, stage.clip.height)
    assert [film.pts(index) * film.time_base for index in range(COUNT)] == stage.times()
    assert len(sound_packets(path)) > 5
    assert sound_packets(path) == sound_packets(stage.path)
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        assert (context.colorspace, context.color_primaries, context.color_trc, context.color_range) == (1, 1, 1, 1)


@pytest.mark.parametrize("name", [name for name in EFFECTS if name != "cutout"])
def test_a_part_has_the_parts_frames_from_time_0_on(stage: Stage, name: str):
    film = open_clip(stage.film(name, first_frame=FRAME, last_frame=6))

    wanted = [time - stage.times()[FRAME] for time in stage.times()[FRAME:7]]
    assert [film.pts(index) * film.time_base for index in range(film.frame_count)] == wanted
    if name in ("overlay", "outline", "spotlight"):
        part = [picture.astype(np.int64) for picture in film.frames()]
        whole = open_clip(stage.film(name))
        assert all(far(part[k], whole.frame(FRAME + k).astype(np.int64)) < CLOSE for k in range(4))


@pytest.mark.parametrize("container", ["mp4", "webm"])
def test_sound_is_cut_where_a_part_is(stage: Stage, container: str):
    name, chosen = ("overlay", {}) if container == "mp4" else ("cutout", {"container": container})
    whole = heard(stage.film(name, **chosen))
    from_0 = heard(stage.film(name, **chosen, last_frame=5))
    later = heard(stage.film(name, **chosen, first_frame=FRAME, last_frame=5))
    start, stop = stage.times()[FRAME], stage.times()[6]

    if container == "mp4":  # copied: the very packets
        kept = [(time, packet) for time, packet in whole if time < stop]
        assert from_0 == kept
        assert [packet for _, packet in later] == [packet for time, packet in kept if time >= start]
        # MP4 counts what comes before the first packet in thousandths of a second
        moved = [time - start for time, _ in kept if time >= start]
        assert all(abs(told - time) < Fraction(1, 1000) for (told, _), time in zip(later, moved, strict=True))
    for told, seconds in ((from_0, stop), (later, stop - start)):
        assert -0.03 < told[0][0] < 0.03  # encoders begin a little before the first sample that is heard
        assert float(seconds) - 0.06 < told[-1][0] < float(seconds) + 0.03
    assert heard(stage.film(name, **chosen, sound=False)) == []


def test_a_lower_quality_is_a_smaller_film(stage: Stage):
    sizes = [
        stage.film("overlay", quality=quality, sound=False).stat().st_size for quality in ("high", "good", "small")
    ]

    assert sizes == sorted(sizes, reverse=True) and sizes[2] < 0.7 * sizes[0]


def test_one_colour_and_no_line_is_what_is_drawn(stage: Stage):
    source, inside, outside = stage.clip.frame(FRAME).astype(np.int64), *apart(stage)

    shown = seen(stage.film("overlay", tint="#ff8000", opacity=100, edge=0))

    assert far(shown[inside], np.array([255, 128, 0])) < 4
    assert far(shown[outside], source[outside]) < CLOSE


def test_a_matte_is_white_on_black(stage: Stage):
    film = open_clip(stage.film("matte"))

    for index, picture in enumerate(film.frames()):
        bits = stage.mask(index) | stage.mask(index, 2)
        assert np.abs(picture[..., 0].astype(int) - bits * 255).mean() < 2
        assert np.ptp(picture, axis=2).max() <= 2  # grey
    inside, outside = apart(stage)
    assert film.frame(FRAME)[inside].min() > 250
    assert film.frame(FRAME)[outside].max() < 5


def test_a_soft_matte_is_grey_inside_the_edge(stage: Stage):
    row = seen(stage.film("matte", feather=9))[60, :, 0]

    assert np.abs(row[52:62] - np.arange(1, 11) * 25.5).max() < 12
    assert row[:51].max() < 12


def test_objects_stand_before_one_colour(stage: Stage):
    source, inside, outside = stage.clip.frame(FRAME).astype(np.int64), *apart(stage)

    shown = seen(stage.film("background", color="#2040C0"))

    assert far(shown[outside], np.array([0x20, 0x40, 0xC0])) < 3
    assert far(shown[inside], source[inside]) < CLOSE
    assert far(seen(stage.film("background"), 0), np.array([0, 0xB1, 0x40])) < 3  # where nothing was found


def test_objects_stand_before_a_picture_of_ones_own(stage: Stage, tmp_path: Path):
    path = tmp_path / "picture.png"
    # wider than the clip: what is left and right of its middle is not seen
    picture = np.zeros((60, 240, 3), np.uint8)
    picture[:, 80:160] = (40, 120, 200)
    cv2.imwrite(str(path), picture[..., ::-1])
    source, inside, outside = stage.clip.frame(FRAME).astype(np.int64), *apart(stage)

    shown = seen(stage.film("background", path))

    assert far(shown[outside], np.array([40, 120, 200])) < 3
    assert far(shown[inside], source[inside]) < CLOSE
    path.unlink()
    with pytest.raises(CannotWrite, match="no longer there"):
        stage.film("background", path)


def test_an_outline_leaves_the_object_and_its_ground(stage: Stage):
    source, inside, outside = stage.clip.frame(FRAME).astype(np.int64), *apart(stage)

    shown = seen(stage.film("outline"))

    assert far(shown[inside], source[inside]) < CLOSE
    assert far(shown[outside], source[outside]) < CLOSE
    edge = shown[41, 56:88]
    assert edge[:, 2].mean() > 180 and edge[:, :2].mean() < 70  # the object's blue


@pytest.mark.parametrize("style", ["blur", "pixelate"])
def test_hidden_objects_cannot_be_made_out(stage: Stage, style: str):
    source, inside, outside = stage.clip.frame(FRAME).astype(np.int64), *apart(stage)

    shown = seen(stage.film("blur", style=style, strength=15))

    assert far(shown[outside], source[outside]) < CLOSE
    assert far(shown[inside], source[inside]) > 12
    assert _detail(shown, stage.mask(FRAME)) < 0.5 * _detail(source, stage.mask(FRAME))


@pytest.mark.parametrize("style", ["blur", "pixelate"])
def test_all_else_is_blurred_behind_sharp_objects(stage: Stage, style: str):
    source, inside, outside = stage.clip.frame(FRAME).astype(np.int64), *apart(stage)

    shown = seen(stage.film("blur", style=style, part="rest", strength=15))

    assert far(shown[inside], source[inside]) < CLOSE
    assert far(shown[outside], source[outside]) > 8
    assert _detail(shown, outside) < 0.7 * _detail(source, outside)


def test_no_colour_of_an_object_leaks_into_what_is_blurred_behind_it(stage: Stage):
    red = np.where(stage.mask(FRAME)[..., None], np.array([255, 0, 0]), np.array([0, 0, 255])).astype(np.uint8)

    for average in (blur._blurred, blur._blocks):
        ground = average(red, ~stage.mask(FRAME), 12)
        assert ground[..., 0].max() == 0
        assert ground[30:38, 40:100, 2].min() >= 254


def test_a_soft_edge_of_what_is_hidden_lies_outside_it(stage: Stage):
    hard, soft = (seen(stage.film("blur", strength=15, feather=feather)) for feather in (0, 12))

    inside, _ = apart(stage)
    assert far(hard[inside], soft[inside]) < 3
    ring = (slice(45, 75), slice(93, 98))
    assert far(hard[ring], soft[ring]) > 3


@pytest.mark.parametrize(("rest", "share", "grey"), [("dark", 0.35, False), ("grey", 1, True), ("both", 0.35, True)])
def test_a_spotlight_takes_light_and_colour_from_the_rest(stage: Stage, rest: str, share: float, grey: bool):
    source, inside, outside = stage.clip.frame(FRAME).astype(np.int64), *apart(stage)

    shown = seen(stage.film("spotlight", rest=rest))

    assert far(shown[inside], source[inside]) < CLOSE
    light = source @ np.array([0.299, 0.587, 0.114])
    wanted = np.repeat(light[..., None], 3, axis=2) if grey else source
    assert far(shown[outside], share * wanted[outside]) < CLOSE


def test_frames_without_objects_are_as_they_were_where_objects_are_changed(stage: Stage):
    for name in ("outline", "blur"):
        film = open_clip(stage.film(name))
        for index in set(range(COUNT)) - set(FOUND):
            assert far(film.frame(index).astype(np.int64), stage.clip.frame(index).astype(np.int64)) < CLOSE


def _detail(picture: NDArray[np.int64], where: NDArray[np.bool_]) -> float:
    """How much neighbours differ."""
    steps = np.abs(np.diff(picture, axis=1)).mean(axis=2)
    return float(steps[where[:, 1:] & where[:, :-1]].mean())
