"""What the page asks of an object as a whole, over the API: steps are told, refusals have a sentence, undo is exact."""

import msgpack
from django.test import Client

JSON = "application/json"


def masks_of(page: Client, scene) -> list[tuple[str, int, bytes]]:
    told = msgpack.unpackb(page.get(f"/api/videos/{scene.video.id}/masks?first=0&last=49").content)
    return [(item["subject"], item["frame"], item["counts"]) for item in told["masks"]]


def test_a_split_tells_its_step_and_the_new_object_and_undo_takes_it_back(page: Client, scene):
    before = masks_of(page, scene)

    told = page.post(f"/api/subjects/{scene.subject.id}/split", {"frame": 4}, content_type=JSON).json()

    (step,) = told["steps"]
    assert (step["title"], step["kind"], step["person"], step["frame"]) == (
        "Split object 1 at frame 4",
        "arrange",
        "ann",
        4,
    )
    new = {subject for subject, frame, _ in masks_of(page, scene) if frame >= 4}
    assert new == {step["subject_id"]} != {str(scene.subject.id)}
    undone = page.post(f"/api/videos/{scene.video.id}/undo", {"ordinal": step["ordinal"]}, content_type=JSON).json()
    assert [(one["ordinal"], one["undone"]) for one in undone["steps"]] == [(step["ordinal"], True)]
    assert masks_of(page, scene) == before
    assert page.get(f"/api/videos/{scene.video.id}/scene").json()["steps"][-1]["undone"] is True


def test_undo_of_another_step_than_the_newest_is_refused_with_its_title(page: Client, scene):
    answer = page.post(f"/api/videos/{scene.video.id}/undo", {"ordinal": 1}, content_type=JSON)

    assert answer.status_code == 409
    assert answer.json() == {
        "code": "not-newest",
        "message": "The history has moved on, its next step is now: Masks.",
    }


def test_an_operation_with_nothing_to_change_tells_no_step(page: Client, scene):
    told = page.delete(f"/api/subjects/{scene.subject.id}/masks?first=20&last=30").json()

    assert told["steps"] == []


def test_a_version_is_told_in_the_shape_of_masks_and_restored(page: Client, scene):
    before = masks_of(page, scene)
    path = f"/api/subjects/{scene.subject.id}"
    version = page.post(f"{path}/versions", {"name": " good "}, content_type=JSON).json()
    assert (version["name"], version["frames"], version["person"], version["of_run"]) == ("good", 3, "ann", None)
    page.post(f"{path}/absent", {"first": 0, "last": 9}, content_type=JSON)
    assert masks_of(page, scene) != before

    told = msgpack.unpackb(page.get(f"/api/versions/{version['id']}/masks?first=4&last=9").content)
    restored = page.post(f"/api/versions/{version['id']}/restore").json()

    assert [(item["subject"], item["frame"], item["counts"]) for item in told["masks"]] == before[1:]
    assert set(told["masks"][0]) == {"kind", "subject", "frame", "counts", "score", "box", "state", "revision"}
    assert restored["steps"][0]["title"] == "Restore good of object 1"
    assert masks_of(page, scene) == before
    assert page.get(f"{path}/versions").json() == [version]


def test_frames_can_be_mended_over_the_api_and_a_bad_amount_is_refused(page: Client, scene):
    answer = page.post(
        f"/api/subjects/{scene.subject.id}/tidy",
        {"first": 0, "last": 5, "what": "grow", "amount": 500},
        content_type=JSON,
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "bad-amount")
    assert answer.json()["message"] == "The amount must be 1 to 100, not 500."
