"""LabelMe's files as LabelMe writes them: pictures inside, groups or none, shapes of every type."""

import io
import json
from base64 import b64encode

import numpy as np
import pytest
from PIL import Image

from drawn.tracks import HEIGHT, WIDTH
from studio.media.errors import MediaError


def shape(label: str, type_: str, points: list[list[float]], **more: object) -> dict:
    return {"label": label, "points": points, "group_id": None, "shape_type": type_, "flags": {}, **more}


def rectangle(label: str, x: float, y: float, right: float, bottom: float, **more: object) -> dict:
    return shape(label, "rectangle", [[x, y], [right, bottom]], **more)


def content(*shapes: object, **more: object) -> str:
    about = {"version": "5.5.0", "flags": {}, "imagePath": "a.jpg", "imageData": "AAAA" * 10}
    return json.dumps({**about, "imageHeight": HEIGHT, "imageWidth": WIDTH, "shapes": list(shapes), **more})


def png(bits: np.ndarray) -> str:
    file = io.BytesIO()
    Image.fromarray(bits).save(file, format="PNG")
    return b64encode(file.getvalue()).decode()


def block(x: int, y: int, right: int, bottom: int) -> np.ndarray:
    bits = np.zeros((HEIGHT, WIDTH), bool)
    bits[y:bottom, x:right] = True
    return bits


def test_groups_are_objects_and_a_files_number_is_its_frame(packed, read):
    files = {
        "img_0003.json": content(rectangle("dog", 2, 3, 12, 9, group_id=1), rectangle("dog", 30, 3, 40, 9, group_id=2)),
        "img_0005.json": content(rectangle("dog", 31, 3, 41, 9, group_id=2)),
    }

    back = read(packed(files))

    assert back.said["kind"] == "labelme"
    assert {name: sorted(frame for frame, of in back.bits if of == name) for _, name in back.bits} == {
        "dog 1": [3], "dog 2": [3, 5],
    }  # fmt: skip
    assert np.array_equal(back.bits[5, "dog 2"], block(31, 3, 41, 9))


def test_without_groups_a_label_is_an_object(packed, read):
    files = {f"{frame}.json": content(rectangle("cat", frame, 3, 20, 9)) for frame in (0, 1, 4)}

    back = read(packed(files))

    assert {(frame, name) for frame, name in back.bits} == {(0, "cat"), (1, "cat"), (4, "cat")}


def test_things_of_one_label_in_one_frame_alone_are_told_apart(packed, read):
    back = read(packed({"2.json": content(rectangle("cat", 2, 3, 9, 9), rectangle("cat", 20, 3, 30, 9))}))

    assert {(frame, name) for frame, name in back.bits} == {(2, "cat 1"), (2, "cat 2")}


def test_every_shape_with_an_area_is_filled_and_the_others_are_noted(packed, read):
    ring = np.ones((5, 8), bool)
    ring[2, 3] = False
    files = {
        "0.json": content(
            shape("mask", "mask", [[10, 20], [17, 24]], mask=png(ring)),
            shape("polygon", "polygon", [[2, 2], [12, 2], [12, 8], [2, 8]]),
            rectangle("turned", 40, 30, 30, 20),
            shape("circle", "circle", [[50, 20], [50, 30]]),
            shape("point", "point", [[1, 1]]),
            shape("line", "line", [[1, 1], [5, 5]]),
            {"label": "old", "points": [[60, 1], [66, 1], [66, 5], [60, 5]]},
        )
    }

    back = read(packed(files))

    whole = np.zeros((HEIGHT, WIDTH), bool)
    whole[20:25, 10:18] = ring
    assert np.array_equal(back.bits[0, "mask"], whole)
    assert np.array_equal(back.bits[0, "polygon"], block(2, 2, 12, 8))
    assert np.array_equal(back.bits[0, "turned"], block(30, 20, 40, 30))
    assert np.array_equal(back.bits[0, "old"], block(60, 1, 66, 5))
    ys, xs = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    assert np.count_nonzero(back.bits[0, "circle"] != (np.hypot(xs - 50, ys - 20) < 10)) < 4
    assert back.said["notes"] == [
        "Shapes of type 'line', 1 of them, have no area and are left out.",
        "Shapes of type 'point', 1 of them, have no area and are left out.",
    ]


@pytest.mark.parametrize(
    ("shapes", "said"),
    [
        ([rectangle("a", 1, 1, 9, 9), rectangle("a", 20, 1, 30, 9)], "0.json: shape 0: it has no group_id, and"),
        ([rectangle("a", 1, 1, 9, 9, group_id=1), rectangle("b", 1, 1, 9, 9)], "shape 1: it has no group_id, though"),
        ([rectangle("a", 1, 1, 9, 9, group_id="x")], "its group_id is 'x', not a whole number"),
        ([shape("a", "polygon", [[1, 1], [2, 2]])], "not the x, y of at least 3 points of a polygon"),
        ([shape("a", "rectangle", [[1, 1], [2, float("1e9")]])], "not the x, y of 2 points of a rectangle"),
        ([shape("a", "circle", [[1, 1], [2, True]])], "not the x, y of 2 points of a circle"),
        ([shape("a", "mask", [[1, 1], [4, 4]], mask=png(np.ones((5, 4), bool)))], "its mask has 4 x 5 px"),
        ([shape("a", "mask", [[60, 1], [70, 4]], mask=png(np.ones((4, 11), bool)))], "its mask of 11 x 4 px at 60,1"),
        ([shape("a", "mask", [[1, 1], [4, 4]], mask="%%%")], "its mask is not a PNG in base64"),
        ([shape("a", "mask", [[1, 1], [4, 4]], mask=png(np.ones((4, 4, 3), np.uint8)))], "its mask's pixels are"),
        ([{"points": []}], "0.json: shape 0: it has no label"),
    ],
)  # fmt: skip
def test_a_shape_that_is_wrong_is_said_with_its_place(packed, read, shapes, said):
    with pytest.raises(MediaError) as fault:
        read(packed({"0.json": content(*shapes), "1.json": content(rectangle("c", 1, 1, 9, 9))}))

    assert said in str(fault.value)


def test_a_file_of_another_size_or_kind_is_refused(packed, read):
    for other, said in ((content(imageWidth=9), "9 x 45"), ("[]", "1.json: this is no file of LabelMe")):
        with pytest.raises(MediaError, match=said):
            read(packed({"0.json": content(rectangle("c", 1, 1, 9, 9)), "1.json": other}))
