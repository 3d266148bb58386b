"""The objects come alone, their edges clean, in every container an editor or a browser asks for."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from studio.media.errors import MediaError
from studio.media.reader import open_clip

from .conftest import COUNT, FOUND, Stage, rgba_frames, sound_packets


def unzipped(path: Path) -> tuple[list[NDArray[np.uint8]], list[dict[str, str]]]:
    """The RGBA pictures and the lines of times.csv."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.endswith(".png")]
        read = [
            cv2.imdecode(np.frombuffer(archive.read(name), np.uint8), cv2.IMREAD_UNCHANGED) for name in sorted(names)
        ]
        lines = list(csv.DictReader(io.StringIO(archive.read("times.csv").decode())))
    assert [line["file"] for line in lines] == names
    return [cv2.cvtColor(picture, cv2.COLOR_BGRA2RGBA) for picture in read], lines


@pytest.mark.parametrize(("container", "decoder"), [("webm", "libvpx-vp9"), ("mov", "prores")])
def test_a_film_is_transparent_but_for_the_objects(stage: Stage, container: str, decoder: str):
    shown = rgba_frames(stage.film("cutout", container=container), decoder)

    assert len(shown) == COUNT
    for index, ((time, rgba), wanted) in enumerate(zip(shown, stage.times(), strict=True)):
        assert abs(time - wanted) <= (0.0005 if container == "webm" else 0)
        bits = stage.mask(index) | stage.mask(index, 2)
        alpha = rgba[..., 3].astype(int)
        assert np.abs(alpha - bits * 255).mean() < 2
        if index in FOUND:
            inside = cv2.erode(bits.view(np.uint8), np.ones((9, 9))) > 0
            assert alpha[inside].min() > 240
            source = stage.clip.frame(index).astype(int)
            assert np.abs(rgba[inside][:, :3].astype(int) - source[inside]).mean() < 6


def test_a_film_says_that_it_has_alpha_and_which_colours_it_means(stage: Stage):
    with av.open(str(stage.film("cutout"))) as container:
        stream = container.streams.video[0]
        assert stream.metadata.get("alpha_mode") == "1"
        assert (stream.codec_context.colorspace, stream.codec_context.color_range) == (1, 1)
    with av.open(str(stage.film("cutout", container="mov"))) as container:
        context = container.streams.video[0].codec_context
        assert context.pix_fmt.startswith("yuva444p")
        assert (context.codec_tag, context.colorspace) == ("ap4h", 1)


def test_sound_is_copied_where_the_container_holds_it(stage: Stage, tmp_path: Path):
    assert len(sound_packets(stage.path)) > 5
    assert sound_packets(stage.film("cutout", container="mov")) == sound_packets(stage.path)
    opus = stage.film("cutout")
    folder = tmp_path / "again"
    folder.mkdir()
    assert len(sound_packets(opus)) > 5
    assert sound_packets(Stage(folder, opus, open_clip(opus)).film("cutout")) == sound_packets(opus)


def test_other_sound_is_encoded_and_as_long(stage: Stage):
    with av.open(str(stage.film("cutout"))) as container, av.open(str(stage.path)) as source:
        assert container.streams.audio[0].codec_context.name == "opus"
        lasts = [
            sum(frame.samples / frame.sample_rate for frame in each.decode(audio=0)) for each in (container, source)
        ]
    assert lasts[0] == pytest.approx(lasts[1], abs=0.05)


def test_png_files_hold_every_pixel_as_it_was_and_nothing_else(stage: Stage):
    pictures, lines = unzipped(stage.film("cutout", container="png"))

    assert len(pictures) == COUNT
    assert [float(line["seconds"]) for line in lines] == pytest.approx(
        [float(time) for time in stage.times()], abs=1e-6
    )
    for index, (rgba, source) in enumerate(zip(pictures, stage.clip.frames(), strict=True)):
        bits = stage.mask(index) | stage.mask(index, 2)
        assert np.array_equal(rgba[..., 3], bits * np.uint8(255))
        assert np.array_equal(rgba[bits][:, :3], source[bits])


def test_straight_colours_go_on_beyond_the_edge_without_the_ground(stage: Stage):
    rgba = unzipped(stage.film("cutout", container="png"))[0][3]

    source = stage.clip.frame(3)  # the square is at 52..91, 40..79
    assert np.array_equal(rgba[60, 40:52, :3], np.tile(source[60, 52], (12, 1)))
    assert np.array_equal(rgba[60, 92:104, :3], np.tile(source[60, 91], (12, 1)))
    assert not rgba[10:20].any()


def test_premultiplied_colours_are_the_straight_ones_times_alpha(stage: Stage):
    source = stage.clip.frame(3)
    rgba = unzipped(stage.film("cutout", container="png", alpha="premultiplied", feather=4))[0][3]

    assert set(np.unique(rgba[60, 52:57, 3])) == {51, 102, 153, 204, 255}
    assert np.abs(rgba[..., :3] - source * (rgba[..., 3:] / 255)).max() <= 1
    assert not rgba[~stage.mask(3)].any()


def test_no_colour_of_the_ground_is_in_a_soft_edge(stage: Stage):
    for chosen in ({}, {"alpha": "premultiplied"}):
        rgba = unzipped(stage.film("cutout", container="png", feather=12, **chosen))[0][3].astype(int)
        source, bits = stage.clip.frame(3).astype(int), stage.mask(3)
        soft = (rgba[..., 3] > 0) & (rgba[..., 3] < 255)
        assert soft.sum() > 500 and not (soft & ~bits).any()
        share = rgba[..., 3:] / 255 if chosen else 1
        # laid over black and over white as an editor does, each is the object alone at its own share
        assert np.abs(rgba[..., :3] - source * share)[bits].max() <= 1


def test_premultiplied_colours_never_exceed_their_alpha_in_prores(stage: Stage):
    shown = rgba_frames(stage.film("cutout", container="mov", alpha="premultiplied", feather=6), "prores")

    rgba = shown[3][1].astype(int)
    assert (rgba[..., :3].max(axis=2) <= rgba[..., 3] + 8).mean() > 0.999
    assert rgba[~cv2.dilate(stage.mask(3).view(np.uint8), np.ones((9, 9))).astype(bool)][:, :3].max() <= 4


def test_a_soft_edge_lies_inside_and_has_none_at_the_pictures_border(stage: Stage):
    frame = FOUND[-1]
    alpha = unzipped(stage.film("cutout", container="png", feather=4, objects=[2]))[0][frame][..., 3]
    both = unzipped(stage.film("cutout", container="png", feather=4))[0][frame][..., 3]

    assert np.array_equal(both[stage.mask(frame, 2)], alpha[stage.mask(frame, 2)])
    assert not both[~(stage.mask(frame) | stage.mask(frame, 2))].any()
    assert both[110, 139:146].tolist() == [0, 51, 102, 153, 204, 255, 255]
    assert (both[110:, 150:] == 255).all()  # down to the corner


def test_an_empty_film_is_not_left_where_the_clip_breaks_off(stage: Stage):
    stage.path.write_bytes(stage.path.read_bytes()[:200])

    with pytest.raises(MediaError):
        stage.film("cutout")
    assert [path.name for path in stage.folder.iterdir()] == [stage.path.name]


def test_the_film_is_one_that_the_studio_reads(stage: Stage):
    film = open_clip(stage.film("cutout", container="mov"))

    assert (film.frame_count, film.width, film.height) == (COUNT, stage.clip.width, stage.clip.height)
