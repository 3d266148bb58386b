"""YouTube-VIS is read back by TrackEval, pixel for pixel."""

from __future__ import annotations

import json

import numpy as np
import pytest
from pycocotools import mask as coco

from drawn.readers import trackeval_masks
from drawn.tracks import FRAMES, draw_masks

SEQUENCE = "My-clip-mp4"


@pytest.fixture
def made(written):
    """Unpacked into the folder that TrackEval wants."""
    made = written("youtube-vis")
    folder = made.folder / "youtube_vis_train_sub_split"
    folder.mkdir()
    (made.folder / "instances.json").rename(folder / "instances.json")
    return made


def test_every_mask_comes_back_from_trackeval(made):
    back, masks = trackeval_masks("YouTubeVIS", made.folder, SEQUENCE, FRAMES), draw_masks()

    assert back.keys() == masks.keys()
    assert all(np.array_equal(back[key], masks[key]) for key in masks)


def test_results_hold_the_same_masks_compressed_and_null_where_there_is_none(made):
    masks = draw_masks()
    for result in json.loads((made.folder / "results.json").read_text()):
        assert len(result["segmentations"]) == FRAMES
        for frame, mask in enumerate(result["segmentations"]):
            key = (frame, result["track_id"])
            assert (mask is None) == (key not in masks)
            if mask is not None:
                assert np.array_equal(coco.decode(mask) > 0, masks[key])
    assert result["score"] == pytest.approx(0.5 + 0.07 - 7 / 50)  # the last object's, frames 6 to 8


def test_boxes_and_areas_go_with_the_masks(written):
    content = written("youtube-vis", first_frame=2, last_frame=6).json("instances.json")

    two = next(one for one in content["annotations"] if one["id"] == 2)
    assert [area is None for area in two["areas"]] == [False, True, True, True, False]
    assert two["bboxes"][0] == [25, 10, 42, 35]
    assert content["videos"][0]["file_names"] == [f"{SEQUENCE}/{place:05d}.jpg" for place in range(5)]
