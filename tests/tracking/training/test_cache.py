from pathlib import Path

import cv2
import numpy as np
import pytest

from tracking.errors import BadInput
from tracking.training.cache import Cache, LabelledPicture, write_cache


def picture(name: str, seed: int, size: tuple[int, int] = (90, 120)) -> LabelledPicture:
    rng = np.random.default_rng(seed)
    labels = np.zeros(size, np.uint8)
    cv2.circle(labels, (40, 40), 20, 1, -1)
    cv2.rectangle(labels, (70, 20), (110, 60), 2, -1)
    labels[2, 5] = 3  # a speck: no object
    return LabelledPicture(name, "drawn", rng.integers(0, 256, (*size, 3)).astype(np.uint8), labels)


def test_pictures_and_label_maps_come_back_as_they_went_in(tmp_path: Path) -> None:
    write_cache([picture("a", 1), picture("b", 2, (64, 200))], tmp_path)
    cache = Cache(tmp_path)
    for index, given in enumerate((picture("a", 1), picture("b", 2, (64, 200)))):
        np.testing.assert_array_equal(cache.pixels(index), given.pixels)
        np.testing.assert_array_equal(cache.labels(index), given.labels)


def test_objects_are_listed_with_their_bounds_and_specks_are_not(tmp_path: Path) -> None:
    cache = write_cache([picture("a", 1)], tmp_path)
    found = {track.name: track.sightings[0] for track in cache.tracks}
    assert sorted(found) == ["a/1", "a/2"]
    box = found["a/2"]
    assert (box.x, box.y, box.width, box.height, box.area_px) == (70, 20, 41, 41, 41 * 41)


def test_frames_of_one_group_are_one_track_in_order(tmp_path: Path) -> None:
    cache = write_cache([picture("clip", 1), picture("other", 2), picture("clip", 3)], tmp_path)
    track = next(track for track in cache.tracks if track.name == "clip/1")
    assert [sighting.picture for sighting in track.sightings] == [0, 2]


def test_large_pictures_are_scaled_down_and_labels_stay_labels(tmp_path: Path) -> None:
    cache = write_cache([picture("a", 1, (180, 240))], tmp_path, long_side=120)
    assert cache.pixels(0).shape == (90, 120, 3)
    assert set(np.unique(cache.labels(0))) <= {0, 1, 2, 3}


def test_what_is_held_out_follows_from_the_name_alone(tmp_path: Path) -> None:
    pictures = [picture(f"p{number}", number) for number in range(60)]
    few = write_cache(pictures[:30], tmp_path / "few", held_out_share=0.3, held_out_groups={"p1"})
    more = write_cache(pictures, tmp_path / "more", held_out_share=0.3, held_out_groups={"p1"})
    sides = {track.name: track.held_out for track in more.tracks}
    assert all(sides[track.name] == track.held_out for track in few.tracks)
    assert sides["p1/1"] and 0.1 < sum(sides.values()) / len(sides) < 0.5


def test_a_folder_that_is_no_cache_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        Cache(tmp_path)
