"""Datumaro's JSON holds every mask; datumaro itself reads them back."""

from __future__ import annotations

import datumaro
import numpy as np
import pytest
from pycocotools import mask as coco

from drawn.tracks import FRAMES, draw_masks


def test_every_mask_is_there_with_its_track(written):
    content, masks = written("datumaro").json("annotations/default.json"), draw_masks()

    labels = [label["name"] for label in content["categories"]["label"]["labels"]]
    assert labels == ["ring", "two parts", "=lateé"]
    assert [item["attr"]["frame"] for item in content["items"]] == list(range(FRAMES))
    back = {
        (item["attr"]["frame"], one["attributes"]["track_id"]): coco.decode(one["rle"]) > 0
        for item in content["items"]
        for one in item["annotations"]
    }
    assert back.keys() == masks.keys()
    assert all(np.array_equal(back[key], masks[key]) for key in masks)


@pytest.mark.parametrize(("kind", "reader"), [("datumaro", "datumaro"), ("cvat-images", "cvat"), ("coco", "coco")])
def test_datumaro_reads_the_masks_of_other_formats_too(written, kind: str, reader: str):
    made, masks = written(kind, images=True), draw_masks()

    back = {
        (int(item.id.rpartition("/")[2]), int(one.attributes["track_id"])): one.image > 0
        for item in datumaro.Dataset.import_from(str(made.folder), reader)
        for one in item.annotations
        if one.type == datumaro.AnnotationType.mask
    }
    assert back.keys() == masks.keys()
    assert all(np.array_equal(back[key], masks[key]) for key in masks)
