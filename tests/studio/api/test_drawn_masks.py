"""A mask that a person drew, over the API: kept as it was drawn, or refused with a sentence and nothing lost."""

import cv2
import msgpack
import numpy as np
import pytest
from django.test import Client
from pycocotools import mask as coco

from studio.library.models import Video
from studio.scenes.models import Mask, Subject

from .conftest import ready_clip

HEIGHT, WIDTH = 360, 640


def disc(x: int = 300, y: int = 200, radius: int = 50) -> np.ndarray:
    bits = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.circle(bits, (x, y), radius, 1, -1)
    return bits


def body(bits: np.ndarray, **more: object) -> dict[str, object]:
    return {**told(coco.encode(np.asfortranarray(bits))), **more}


def told(rle: dict) -> dict[str, object]:
    return {"size": rle["size"], "counts": rle["counts"].decode()}


def put(page: Client, scene, frame: int, sent: dict[str, object]):
    return page.put(f"/api/subjects/{scene.subject.id}/masks/{frame}", sent, content_type="application/json")


def test_a_drawn_mask_stands_where_there_was_none_and_every_page_hears_of_it(page: Client, scene):
    before = scene.video.revision

    answer = put(page, scene, 20, body(disc(), tool="brush")).json()

    row = Mask.objects.get(subject=scene.subject, frame=20)
    assert np.array_equal(coco.decode({"size": [HEIGHT, WIDTH], "counts": bytes(row.counts)}), disc())
    assert (row.state, row.score, row.area, row.run_id) == (Mask.State.EDITED, 1.0, int(disc().sum()), None)
    corners = np.array(row.rotated_box).reshape(4, 2)
    assert np.abs(corners.mean(axis=0) - (300, 200)).max() < 2
    assert np.linalg.norm(corners[0] - corners[1]) == pytest.approx(100, abs=3)
    assert (answer["counts"], answer["box"], answer["state"]) == (bytes(row.counts).decode(), row.rotated_box, 4)
    scene.video.refresh_from_db()
    assert answer["revision"] == row.revision == scene.video.revision > before
    changes = msgpack.unpackb(page.get(f"/api/videos/{scene.video.id}/changes?after={before}").content)
    heard = [item for item in changes["messages"][-1]["items"] if item["kind"] == "mask"]
    assert [(item["frame"], item["counts"]) for item in heard] == [(20, bytes(row.counts))]


def test_a_drawn_mask_takes_the_place_of_a_tracked_one(page: Client, scene):
    assert put(page, scene, 4, body(disc())).status_code == 200

    rows = {row.frame: row for row in Mask.objects.filter(subject=scene.subject)}
    assert [rows[frame].state for frame in (3, 4, 5)] == [Mask.State.TRACKED, Mask.State.EDITED, Mask.State.TRACKED]
    assert bytes(rows[3].counts) == b"mask3"


def test_what_was_erased_to_nothing_is_not_in_the_picture(page: Client, scene):
    answer = put(page, scene, 4, body(np.zeros_like(disc()), tool="eraser")).json()

    row = Mask.objects.get(subject=scene.subject, frame=4)
    assert (row.state, bytes(row.counts), row.area, row.rotated_box) == (Mask.State.ABSENT, b"", 0, [])
    assert (answer["state"], answer["counts"], answer["box"]) == (6, "", [])
    assert put(page, scene, 4, body(disc())).json()["state"] == 4


def test_the_same_pixels_are_kept_as_the_same_bytes_however_they_were_cut_into_runs(page: Client, scene):
    bits = disc()
    runs, value, length = [], 0, 0
    for pixel in bits.T.ravel():
        if pixel != value:
            runs += [length, 0, 0] if length > 1000 else [length]  # a run cut by one of no length
            value, length = pixel, 0
        length += 1
    odd = coco.frPyObjects({"size": [HEIGHT, WIDTH], "counts": [*runs, length]}, HEIGHT, WIDTH)

    answer = put(page, scene, 4, told(odd)).json()

    assert odd["counts"] != coco.encode(np.asfortranarray(bits))["counts"]
    assert answer["counts"] == body(bits)["counts"]


@pytest.mark.parametrize(
    ("sent", "status", "code", "sentence"),
    [
        ({"size": [640, 360]}, 400, "bad-mask", "The mask is 360 x 640 px, and the picture 640 x 360."),
        ({"size": [-360, -640]}, 400, "bad-mask", "The mask is -640 x -360 px, and the picture 640 x 360."),
        ({"counts": ""}, 400, "bad-mask", "The run lengths of the mask are empty."),
        ({"counts": "PPQ"}, 400, "bad-mask", "The run lengths of the mask end in the middle of a number."),
        ({"counts": "PPQ6"}, 400, "bad-mask", "The runs of the mask cover 197632 pixels, and the picture has 230400."),
        ({"counts": "PP\u00e97"}, 400, "bad-mask", None),
        ({"counts": "0" * 230400}, 400, "bad-mask", "The runs of the mask cover 0 pixels, and the picture has 230400."),
        ({"counts": None}, 422, "invalid", None),
        ({"size": [360]}, 422, "invalid", None),
        ({"tool": "hammer"}, 422, "invalid", None),
        ({"color": "red"}, 422, "invalid", None),
        ({"counts": "0" * 3 * 2**20}, 413, "too-large", None),
    ],
)
def test_what_is_no_mask_is_refused_and_what_stood_there_stays(page: Client, scene, sent, status, code, sentence):
    answer = put(page, scene, 4, {**body(disc()), **sent})

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert sentence is None or answer.json()["message"] == sentence
    assert bytes(Mask.objects.get(subject=scene.subject, frame=4).counts) == b"mask4"
    before = scene.video.revision
    scene.video.refresh_from_db()
    assert scene.video.revision == before


def test_a_frame_outside_the_clip_and_a_clip_that_is_not_ready_take_no_mask(page: Client, scene):
    outside = put(page, scene, 50, body(disc()))
    Video.objects.filter(pk=scene.video.pk).update(state=Video.State.FAILED)
    early = put(page, scene, 4, body(disc()))

    assert (outside.status_code, outside.json()["message"]) == (400, "Frame 50 is not in a clip of 50 frames.")
    assert (early.status_code, early.json()["code"]) == (409, "not-ready")


def test_each_stroke_is_one_step_and_one_that_is_sent_twice_is_one(page: Client, scene):
    before = len(steps(page, scene))
    put(page, scene, 4, body(disc(), tool="brush"))
    again = put(page, scene, 4, body(disc(), tool="brush")).json()
    put(page, scene, 4, body(disc(radius=20), tool="eraser"))

    titles = [step["title"] for step in steps(page, scene)[before:]]
    assert titles == ["Brush on object 1, frame 4", "Eraser on object 1, frame 4"]
    assert again["counts"] == body(disc())["counts"]

    undo(page, scene)
    assert bytes(Mask.objects.get(subject=scene.subject, frame=4).counts).decode() == body(disc())["counts"]
    undo(page, scene)
    row = Mask.objects.get(subject=scene.subject, frame=4)
    assert (bytes(row.counts), row.state, row.score) == (b"mask4", Mask.State.TRACKED, 0.876)


def test_undoing_a_mask_where_there_was_none_leaves_none(page: Client, scene):
    put(page, scene, 20, body(disc()))
    undo(page, scene)

    assert not Mask.objects.filter(subject=scene.subject, frame=20).exists()


def test_a_new_object_begins_with_its_mask_in_one_step_however_often_it_is_sent(page: Client, scene):
    before = len(steps(page, scene))
    mine = "7d444840-9dc0-41d1-b245-5ffdce74fad2"
    sent = {"id": mine, "color": "#00ff00", "mask": body(disc(), frame=9, tool="brush")}
    path = f"/api/videos/{scene.video.id}/subjects"

    made = [page.post(path, sent, content_type="application/json") for _ in range(2)]

    assert [(answer.status_code, answer.json()["id"], answer.json()["number"]) for answer in made] == [
        (201, mine, 2)
    ] * 2
    row = Mask.objects.get(subject_id=mine)
    assert (row.frame, row.state, row.area) == (9, Mask.State.EDITED, int(disc().sum()))
    assert [step["title"] for step in steps(page, scene)[before:]] == ["New object object 2, drawn in frame 9"]
    undo(page, scene)
    subjects = page.get(f"/api/videos/{scene.video.id}/scene").json()["subjects"]
    assert [subject["number"] for subject in subjects] == [1]


def test_an_object_that_cannot_be_begun_is_not_made(page: Client, scene):
    path = f"/api/videos/{scene.video.id}/subjects"
    taken = Subject.objects.create(
        id="7d444840-9dc0-41d1-b245-5ffdce74fad2", video=ready_clip(scene.video.owner), number=1, revision=1
    )
    answers = [
        page.post(path, sent, content_type="application/json")
        for sent in (
            {"id": str(taken.id)},
            {"mask": {**body(disc(), frame=9), "size": [1, 1]}},
            {"mask": body(disc(), frame=50)},
            {"mask": body(disc(), frame=9), "prompt": {"frame": 9, "box": [1, 2, 30, 40]}},
        )
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (409, "id-taken"),
        (400, "bad-mask"),
        (400, "no-such-frame"),
        (422, "invalid"),
    ]
    assert Subject.objects.filter(video=scene.video).count() == 1


def steps(page: Client, scene) -> list[dict]:
    return page.get(f"/api/videos/{scene.video.id}/history").json()["steps"]


def undo(page: Client, scene) -> None:
    standing = [step for step in steps(page, scene) if not step["undone"]]
    answer = page.post(
        f"/api/videos/{scene.video.id}/undo", {"ordinal": standing[-1]["ordinal"]}, content_type="application/json"
    )
    assert answer.status_code == 200
