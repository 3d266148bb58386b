"""COCO files are read back by pycocotools, pixel for pixel."""

from __future__ import annotations

import io
from contextlib import redirect_stdout

import numpy as np
from PIL import Image
from pycocotools.coco import COCO

from drawn.tracks import FRAMES, HEIGHT, WIDTH, draw_masks

FILE = "annotations/instances_default.json"


def read(path) -> COCO:
    with redirect_stdout(io.StringIO()):  # it tells how long it took
        return COCO(str(path))


def test_every_mask_comes_back_from_pycocotools(written):
    coco = read(written("coco").folder / FILE)

    back = {
        (coco.imgs[one["image_id"]]["frame_id"], one["attributes"]["track_id"]): coco.annToMask(one) > 0
        for one in coco.anns.values()
    }
    masks = draw_masks()
    assert back.keys() == masks.keys()
    assert all(np.array_equal(back[key], masks[key]) for key in masks)


def test_boxes_and_areas_are_those_of_the_masks(written):
    coco = read(written("coco").folder / FILE)

    for one in coco.anns.values():
        rows, columns = np.nonzero(coco.annToMask(one))
        assert one["area"] == len(rows)
        assert one["bbox"] == [columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1]


def test_objects_of_one_kind_share_a_category(written):
    coco = read(written("coco").folder / FILE)

    names = {one["id"]: one["name"] for one in coco.dataset["categories"]}
    kinds = {one["attributes"]["track_id"]: names[one["category_id"]] for one in coco.anns.values()}
    assert kinds == {1: "ring", 2: "two parts", 3: "ring", 7: "=lateé"}


def test_frames_without_objects_are_listed_unless_not_wanted(written):
    late = {key: bits for key, bits in draw_masks().items() if key[1] == 7}

    everything = read(written("coco", masks=late).folder / FILE)
    assert [image["frame_id"] for image in everything.dataset["images"]] == list(range(FRAMES))
    some = read(written("coco", masks=late, absent=False).folder / FILE)
    assert [image["frame_id"] for image in some.dataset["images"]] == [6, 7, 8]


def test_range_step_and_objects_choose_what_is_written(written):
    coco = read(written("coco", objects=[1, 7], first_frame=1, last_frame=7, every=3).folder / FILE)

    assert [image["frame_id"] for image in coco.dataset["images"]] == [1, 4, 7]
    assert [one["attributes"]["track_id"] for one in coco.anns.values()] == [1, 1, 1, 7]


def test_frames_come_along_as_pictures_where_they_are_wanted(written):
    made = written("coco", images=True, every=4)

    listed = [image["file_name"] for image in made.json(FILE)["images"]]
    assert made.names == [FILE, *(f"images/default/{name}" for name in listed)]
    with Image.open(made.folder / "images/default" / listed[1]) as image:
        assert image.size == (WIDTH, HEIGHT)
        assert (
            np.abs(np.asarray(image, int) - made.tracks.clip.frame(4)).mean() < 6
        )  # JPEG; another frame is at 20 and more
