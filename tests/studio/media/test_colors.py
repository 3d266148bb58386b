"""A film means the colours that its source means: tags are passed on, and pictures are converted by what they say."""

from pathlib import Path

import av
import numpy as np
import pytest

from drawn.clips import write_video
from studio.media.codecs import H264, PRORES_4444, VP9_ALPHA, Codec
from studio.media.colors import Colors
from studio.media.reader import open_clip
from studio.media.writer import Film

BARS = np.repeat(
    np.array([(200, 30, 40), (30, 180, 60), (40, 50, 200), (230, 220, 40), (120, 120, 120)], np.uint8), 32, axis=0
)[None].repeat(64, axis=0)  # [64, 160, 3]
SD, HD, UHD = Colors(5, 6, 5), Colors(1, 1, 1), Colors(9, 16, 9)
CLOSE = 8  # levels of rounding and H.264; the wrong matrix is 15 and more away


def told(path: Path) -> tuple[int, int, int, int]:
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        next(container.decode(video=0))
        return context.color_primaries, context.color_trc, context.colorspace, context.color_range


def copied(source: Path, target: Path, codec: Codec = H264) -> Path:
    clip = open_clip(source)
    with Film(target, clip, codec=codec) as film:
        for index, picture in enumerate(clip.frames()):
            opaque = np.full((*picture.shape[:2], 1), 255, np.uint8)
            shown = np.concatenate([picture, opaque], axis=2) if codec.has_alpha else picture
            film.write(shown, clip.pts(index), clip.duration(index))
    return target


@pytest.mark.parametrize("full_range", [False, True])
@pytest.mark.parametrize("colors", [SD, HD, UHD])
def test_tags_go_from_the_source_into_the_film(tmp_path: Path, colors: Colors, full_range: bool):
    source = write_video(tmp_path / "a.mp4", [BARS] * 3, colors=colors, full_range=full_range)
    assert told(source) == (colors.primaries, colors.transfer, colors.matrix, 2 if full_range else 1)

    film = copied(source, tmp_path / "b.mp4")

    assert told(film) == (colors.primaries, colors.transfer, colors.matrix, 1)
    assert _far(open_clip(film).frame(1)) < CLOSE
    assert _far(open_clip(source).frame(1)) < CLOSE


@pytest.mark.parametrize("codec", [VP9_ALPHA, PRORES_4444])
@pytest.mark.parametrize("colors", [SD, UHD])
def test_tags_go_into_films_with_alpha_too(tmp_path: Path, codec: Codec, colors: Colors):
    source = write_video(tmp_path / "a.mp4", [BARS] * 3, colors=colors)

    film = copied(source, tmp_path / f"b{codec.endings[0]}", codec)

    assert Colors(matrix=told(film)[2]).colorspace == colors.colorspace  # VP9 has one number for both of BT.601
    assert _far(open_clip(film).frame(1)) < CLOSE


@pytest.mark.parametrize("size", [(160, 64), (1280, 64)])
def test_what_is_not_told_is_read_as_players_read_it_and_then_told(tmp_path: Path, size: tuple[int, int]):
    wide = np.repeat(BARS, size[0] // 160, axis=1)
    meant = Colors(2, 2, 1 if size[0] >= 1280 else 5)
    source = write_video(tmp_path / "a.mp4", [wide] * 3, colors=meant, tagged=False)
    assert told(source)[2] == 2

    film = copied(source, tmp_path / "b.mp4")

    assert told(film) == (1, 1, 1, 1)
    assert np.abs(open_clip(film).frame(1)[32, :: size[0] // 160].astype(int) - BARS[32])[_middles()].max() < CLOSE


def _far(picture: np.ndarray) -> float:
    """How far the bars' middles are from what was drawn; between them halved colours mix."""
    return float(np.abs(picture[32].astype(int) - BARS[32])[_middles()].max())


def _middles() -> np.ndarray:
    return np.concatenate([np.arange(bar * 32 + 8, bar * 32 + 24) for bar in range(5)])
