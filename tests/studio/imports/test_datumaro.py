"""Datumaro's JSON as Datumaro writes it: tracks or none, boxes and polygons beside masks."""

import json

import numpy as np
import pytest

from drawn.tracks import HEIGHT, WIDTH
from studio.media.errors import MediaError


def item(frame: int, *annotations: object, **more: object) -> dict:
    size = {"image": {"path": f"{frame}.jpg", "size": [HEIGHT, WIDTH]}}
    return {"id": f"img_{frame:04d}", "annotations": list(annotations), **size, **more}


def box(label: int, x: float, y: float, width: float, height: float, **attributes: object) -> dict:
    return {"type": "bbox", "label_id": label, "attributes": attributes, "bbox": [x, y, width, height]}


def content(*items: object) -> str:
    labels = [{"name": name, "parent": "", "attributes": []} for name in ("cat", "dog")]
    return json.dumps({"infos": {}, "categories": {"label": {"labels": labels}}, "items": list(items)})


def pixels(x: int, y: int, right: int, bottom: int) -> np.ndarray:
    bits = np.zeros((HEIGHT, WIDTH), bool)
    bits[y:bottom, x:right] = True
    return bits


def test_tracks_are_objects_and_boxes_key_frames_where_they_begin(packed, read):
    document = content(
        item(3, box(1, 2, 3, 10, 6, track_id=1, score=0.5), box(1, 30, 3, 10, 6, track_id=2)),
        item(5, box(1, 31, 3, 10, 6, track_id=2), {"type": "caption", "caption": "a"}),
    )

    back = read(packed({"annotations/default.json": document}))

    assert back.said["kind"] == "datumaro"
    assert {key: found.score for key, found in back.found.items()} == {
        ("dog 1", 3): 0.5, ("dog 2", 3): 1.0, ("dog 2", 5): 1.0,
    }  # fmt: skip
    assert np.array_equal(back.bits[5, "dog 2"], pixels(31, 3, 41, 9))
    assert back.prompts == {("dog 1", 3): (2, 3, 10, 6), ("dog 2", 3): (30, 3, 10, 6)}
    assert back.said["notes"] == ["Annotations of type 'caption', 1 of them, have no area and are left out."]


def test_polygons_without_tracks_are_an_object_a_label(packed, read):
    polygon = {"type": "polygon", "label_id": 0, "points": [2, 2, 12, 2, 12, 8, 2, 8]}

    back = read(packed({"a.json": content(item(0, polygon), item(4, polygon))}))

    assert set(back.bits) == {(0, "cat"), (4, "cat")}
    assert np.array_equal(back.bits[0, "cat"], pixels(2, 2, 12, 8))


def test_a_frame_that_is_told_counts_more_than_a_name(packed, read):
    back = read(packed({"a.json": content(item(7, box(0, 2, 3, 10, 6), attr={"frame": 1}))}))

    assert set(back.bits) == {(1, "cat")}


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ([item(1, box(0, 1, 1, 9, 9), box(0, 9, 9, 9, 9)), item(2, box(0, 1, 1, 9, 9))], "it has no track_id, and"),
        ([item(1, box(0, 1, 1, 9, 9, track_id=1), box(1, 9, 9, 9, 9))], "annotation 1: it has no track_id, though"),
        ([item(1, box(2, 1, 1, 9, 9))], "its label 2 is not among the 2 labels"),
        ([item(1, {**box(0, 1, 1, 9, 9), "bbox": [1, 2, "3", 4]})], "its bbox is [1, 2, '3', 4], not x, y, width"),
        ([item(1, {"type": "mask", "label_id": 0, "rle": {"size": [1, 2], "counts": "a"}})], "2 x 1 px"),
        ([item(1, "a")], "annotation 0: it is not an object"),
        ([item(99, box(0, 1, 1, 9, 9))], "frame 99 is not in a clip"),
        ([item(1, box(0, 1, 1, 9, 9), image={"path": "a", "size": [9, 9]})], "9 x 9 px"),
        (["a"], "an item is not an object"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(packed, read, items, said):
    with pytest.raises(MediaError) as fault:
        read(packed({"a.json": content(*items)}))

    assert said in str(fault.value) and str(fault.value).startswith(("a.json", "img_"))
