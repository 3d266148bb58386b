"""A clip's objects, boxes, masks and changes over the API."""

import msgpack
from django.test import Client

from studio.library.models import Video
from studio.scenes.changes import change, write_masks
from studio.scenes.models import Mask


def test_a_scene_is_told_whole(page: Client, scene):
    told = page.get(f"/api/videos/{scene.video.id}/scene").json()

    subject = str(scene.subject.id)
    assert told["revision"] == told["video"]["revision"] == scene.video.revision
    assert told["subjects"] == [
        {"id": subject, "number": 1, "name": "object 1", "color": scene.subject.color, "visible": True}
    ]
    assert told["prompts"] == [
        {"id": str(scene.prompt.id), "subject_id": subject, "frame": 3, "box": [10.0, 20.0, 30.0, 40.0]}
    ]
    assert told["lanes"] == {subject: [[3, 88, 1], [4, 88, 1], [5, 88, 1]]}
    assert [run["job"]["state"] for run in told["runs"]] == ["queued"]


def test_an_object_is_made_changed_deleted_and_restored(page: Client, scene):
    path = f"/api/videos/{scene.video.id}/subjects"

    made = page.post(path, {"name": "cat", "color": "#FF0000"}, content_type="application/json")
    assert (made.status_code, made.json()["number"], made.json()["color"]) == (201, 2, "#ff0000")
    one = f"/api/subjects/{made.json()['id']}"
    changed = page.patch(one, {"visible": False}, content_type="application/json").json()
    assert (changed["name"], changed["visible"]) == ("cat", False)
    assert page.delete(one).status_code == 204
    assert page.patch(one, {"name": "x"}, content_type="application/json").status_code == 404
    assert page.post(f"{one}/restore").json()["name"] == "cat"
    again = page.post(f"{one}/restore")
    assert again.status_code == 200


def test_a_box_is_drawn_replaced_and_taken_away(page: Client, scene):
    path = f"/api/subjects/{scene.subject.id}/prompts/7"

    first = page.put(path, {"box": [1, 2, 30, 40]}, content_type="application/json").json()
    second = page.put(path, {"box": [1.5, 2, 30, 40]}, content_type="application/json").json()

    assert (first["id"], second["box"]) == (second["id"], [1.5, 2.0, 30.0, 40.0])
    assert page.delete(path).status_code == 204
    assert page.delete(path).status_code == 404


def test_masks_of_frames_come_as_msgpack(page: Client, scene):
    answer = page.get(f"/api/videos/{scene.video.id}/masks?first=4&last=303")

    told = msgpack.unpackb(answer.content)
    assert answer.headers["Content-Type"] == "application/msgpack"
    assert [(mask["frame"], mask["counts"], mask["state"]) for mask in told["masks"]] == [
        (4, b"mask4", 1),
        (5, b"mask5", 1),
    ]
    assert told["masks"][0]["subject"] == str(scene.subject.id)


def test_too_many_frames_of_masks_are_refused(page: Client, scene):
    for query in ("first=0&last=300", "first=5&last=4", "first=-1&last=4", "first=0"):
        assert page.get(f"/api/videos/{scene.video.id}/masks?{query}").status_code == 422


def test_too_many_bytes_of_masks_are_refused(page: Client, scene):
    with change(scene.video.id, "Masks") as step:
        write_masks(
            [
                Mask(subject=scene.subject, frame=f, counts=b"x" * 2**22, area=1, score=1, rotated_box=[], state=1)
                for f in range(9)
            ],
            step,
        )

    refused = page.get(f"/api/videos/{scene.video.id}/masks?first=0&last=9")

    assert (refused.status_code, refused.json()["code"]) == (413, "too-much")


def test_changes_are_read_in_pieces_to_the_end(page: Client, scene):
    path, items, following = f"/api/videos/{scene.video.id}/changes", [], ""
    jobs = []
    while following is not None:
        told = msgpack.unpackb(page.get(f"{path}?limit=2&at={following}").content)
        for message in told["messages"]:
            if message["type"] == "changes":
                items += message["items"]
            else:
                jobs.append(message)
        following = told["next"]

    assert [item["kind"] for item in items] == ["subject", "step", "prompt", "step", "mask", "mask", "mask", "step"]
    assert [job["run_id"] or job["export_id"] for job in jobs] == [str(scene.run.id), str(scene.export.id)]
    assert told["revision"] == scene.video.revision


def test_changes_after_the_newest_revision_are_none(page: Client, scene):
    told = msgpack.unpackb(page.get(f"/api/videos/{scene.video.id}/changes?after={scene.video.revision}").content)

    assert [message["items"] for message in told["messages"]] == [[]]
    assert told["next"] is None


def test_a_place_that_no_answer_gave_is_refused(page: Client, scene):
    for query in ("at=nonsense", "after=-1", "limit=0", f"after={2**64}"):
        assert page.get(f"/api/videos/{scene.video.id}/changes?{query}").status_code == 422


def test_nothing_is_drawn_in_a_clip_that_is_not_ready(page: Client, scene):
    Video.objects.filter(pk=scene.video.pk).update(state=Video.State.FAILED)
    json = {"content_type": "application/json"}

    made = page.post(f"/api/videos/{scene.video.id}/subjects", {}, **json)
    drawn = page.put(f"/api/subjects/{scene.subject.id}/prompts/7", {"box": [1, 2, 30, 40]}, **json)

    assert [made.status_code, drawn.status_code] == [409, 409]
