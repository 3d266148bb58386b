"""A window goes along with what it follows: whole, steady, and in the shape that was wanted."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from studio.exports.effects.follow import follow
from studio.media.clip import Clip
from studio.media.errors import CannotWrite
from studio.media.reader import open_clip

from .conftest import COUNT, FOUND, Stage, sound_packets

NOTHING = (np.nan,) * 4


def picture(width: int = 200, height: int = 100) -> Clip:
    """All that a window asks of a clip."""
    return cast(Clip, SimpleNamespace(width=width, height=height, frame_rate=Fraction(25)))


def test_the_object_is_held_whole_and_the_window_stays_in_the_picture():
    random = np.random.default_rng(0)
    corners = np.cumsum(random.normal(0, 9, (200, 2)), axis=0)
    low = np.clip(corners + np.array([90, 40]), 0, (170, 70))
    boxes = np.hstack([low, low + random.integers(5, 31, (200, 2))])

    window = follow(boxes, picture(), 1.0, 0)

    half = np.array([window.width, window.height]) / 2
    assert (window.centers - half <= boxes[:, :2] + 1e-9).all()
    assert (window.centers + half >= boxes[:, 2:] - 1e-9).all()
    assert (window.centers >= half).all() and (window.centers <= (200, 100) - half).all()


def test_a_trembling_box_does_not_shake_the_window():
    tremble = np.random.default_rng(0).integers(-3, 4, (100, 2))
    low = tremble + np.array([80, 40])
    boxes = np.hstack([low, low + 20]).astype(float)

    window = follow(boxes, picture(), 1.0, 50)

    assert np.abs(np.diff(window.centers, axis=0)).max() < 0.3
    assert np.abs(np.diff(tremble, axis=0)).max() >= 3


def test_where_there_is_nothing_the_window_goes_on_to_where_it_is_found_again():
    boxes = np.array([NOTHING] * 10 + [(20, 40, 40, 60)] + [NOTHING] * 79 + [(140, 40, 160, 60)] + [NOTHING] * 10)

    across = follow(boxes, picture(), 1.0, 20).centers[:, 0]

    assert (np.diff(across) >= -1e-9).all()
    assert np.diff(across).max() < 2
    assert across[50] == pytest.approx(30 + 120 * 40 / 80, abs=1)


@pytest.mark.parametrize(
    ("box", "shape", "margin", "size"),
    [
        ((50, 20, 90, 40), 1.0, 0, (40, 40)),
        ((50, 20, 90, 40), 1.0, 25, (60, 60)),
        ((50, 20, 90, 40), 2.0, 0, (40, 20)),
        ((50, 20, 90, 80), 0.5, 0, (40, 80)),
        ((0, 0, 200, 10), 0.5, 0, (50, 100)),  # wider than such a window can be
        ((50, 20, 51, 21), 2.0, 0, (32, 16)),
    ],
)
def test_the_window_has_the_shape_that_is_wanted(
    box: tuple[float, ...], shape: float, margin: int, size: tuple[int, int]
):
    window = follow(np.array([box]), picture(), shape, margin)

    assert (window.width, window.height) == size


def test_a_crop_shows_the_objects_own_pixels_at_the_sources_times(stage: Stage):
    path = stage.film("crop", objects=[1], aspect="1:1", margin=10)
    film = open_clip(path)

    assert (film.frame_count, film.width, film.height) == (COUNT, 48, 48)
    assert [film.pts(index) * film.time_base for index in range(COUNT)] == stage.times()
    assert sound_packets(path) == sound_packets(stage.path)
    for index in FOUND:
        seen = film.frame(index).astype(int)
        source = stage.clip.frame(index).astype(int)
        left = 36 + 4 * index
        around = [np.abs(seen - source[36:84, x : x + 48]).mean() for x in range(left - 8, left + 9)]
        assert min(around) < 8  # to half a pixel; a whole one off is 11
        assert abs(int(np.argmin(around)) - 8) <= 4  # it holds the square: 4 px are its margin


def test_a_crop_of_the_sources_shape_has_it(stage: Stage):
    film = open_clip(stage.film("crop", objects=[1]))

    assert film.width / film.height == pytest.approx(160 / 120, rel=0.05)


def test_a_grid_gives_every_object_its_cell(stage: Stage):
    path = stage.film("grid", margin=0)
    film = open_clip(path)

    assert (film.frame_count, film.width, film.height) == (COUNT, 160, 120)
    assert [film.pts(index) * film.time_base for index in range(COUNT)] == stage.times()
    assert sound_packets(path) == sound_packets(stage.path)
    both, one, none = film.frame(FOUND[-1]), film.frame(3), film.frame(0)
    assert _light(both)[0] > 40 and _light(both)[1] > 40
    assert _light(one)[0] > 40 and _light(one)[1] < 4
    assert max(_light(none)) < 4


def test_more_objects_than_cells_can_be_seen_in_are_a_sentence(stage: Stage, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("studio.exports.effects.grid.LEAST_PX", 100)

    with pytest.raises(CannotWrite, match="2 objects do not fit in a grid of 160 x 120 px: a cell would be 80 x 120"):
        stage.film("grid")
    assert not list(stage.folder.glob("*made*"))


def _light(grid: NDArray[np.uint8]) -> tuple[float, float]:
    """The mean of the left cell and of the right one, away from where they meet."""
    return float(grid[:, :76].mean()), float(grid[:, 84:].mean())
