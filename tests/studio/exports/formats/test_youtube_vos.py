"""YouTube-VOS: PNGs as DAVIS, named by the clip's frames, and a meta.json of its schema."""

from __future__ import annotations

import numpy as np
from PIL import Image

from drawn.tracks import draw_masks


def test_every_object_and_frame_of_meta_is_there_in_the_pictures_and_no_other(written):
    made, masks = written("youtube-vos", every=2), draw_masks()

    videos = made.json("train/meta.json")["videos"]
    assert list(videos) == ["My-clip-mp4"]
    objects = videos["My-clip-mp4"]["objects"]
    assert {label: one["category"] for label, one in objects.items()} == {
        "1": "ring", "2": "two parts", "3": "ring", "7": "=lateé",
    }  # fmt: skip
    told = {(int(frame), int(label)) for label, one in objects.items() for frame in one["frames"]}
    assert told == {key for key in masks if key[0] % 2 == 0}
    for frame in range(0, 9, 2):
        with Image.open(made.folder / f"train/Annotations/My-clip-mp4/{frame:05d}.png") as image:
            assert image.mode == "P"
            shown = np.asarray(image)
        assert set(np.unique(shown)) - {0} == {label for at, label in told if at == frame}
        assert np.array_equal(shown == 7, masks.get((frame, 7), np.zeros_like(shown, bool)))
    assert made.counted["decided_pixels"] > 100


def test_an_object_that_is_wholly_under_another_is_not_in_meta(written):
    masks = draw_masks()
    hidden = {(0, 1): masks[0, 3], (0, 2): masks[0, 3]}

    objects = written("youtube-vos", masks=hidden).json("train/meta.json")["videos"]["My-clip-mp4"]["objects"]

    assert list(objects) == ["2"]
