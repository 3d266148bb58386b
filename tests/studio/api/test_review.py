"""The review queue and the remarks on frames, over the API."""

import pytest
from django.test import Client

from studio.scenes.changes import add_subject, change, write_masks
from studio.scenes.models import Mask, Subject

JSON = {"content_type": "application/json"}


def put(subject: Subject, frames: range, score: float, state: int = Mask.State.TRACKED) -> None:
    with change(subject.video_id, "Masks") as step:
        rows = (
            Mask(
                subject=subject,
                frame=frame,
                counts=b"",
                area=0 if state == Mask.State.LOST else 800,
                score=score,
                rotated_box=[] if state == Mask.State.LOST else [10, 10, 50, 10, 50, 35, 10, 35],
                state=state,
            )
            for frame in frames
        )
        write_masks(rows, step)


@pytest.fixture
def doubtful(scene) -> Subject:
    """A second object: unsure in frames 10 to 14, lost in 30 to 33."""
    subject = add_subject(scene.video)
    put(subject, range(8, 40), 0.9)
    put(subject, range(10, 15), 0.4)
    put(subject, range(30, 34), 0.0, Mask.State.LOST)
    return subject


def queue(page: Client, scene, query: str = "") -> dict:
    return page.get(f"/api/videos/{scene.video.id}/review{query}").json()


def test_the_gravest_stretch_comes_first_with_its_reason_in_words(page: Client, scene, doubtful: Subject):
    told = queue(page, scene)

    assert [(item["first"], item["last"], item["reason"]) for item in told["stretches"]] == [
        (30, 33, "lost"),
        (10, 14, "score"),
    ]
    assert told["stretches"][0]["sentence"] == "Lost on 4 frames"
    assert {item["subject_id"] for item in told["stretches"]} == {str(doubtful.id)}
    assert told["total"] == 2


def test_an_answer_is_bounded_and_says_how_many_there_are(page: Client, scene, doubtful: Subject):
    told = queue(page, scene, "?limit=1")

    assert (len(told["stretches"]), told["total"]) == (1, 2)
    assert page.get(f"/api/videos/{scene.video.id}/review?limit=0").status_code == 422


def test_what_is_accepted_stays_out_of_the_queue_until_it_is_tracked_again(page: Client, scene, doubtful: Subject):
    path = f"/api/subjects/{doubtful.id}/accept"

    assert page.post(path, {"first": 10, "last": 14}, **JSON).json() == {"accepted": 5}
    assert [item["first"] for item in queue(page, scene)["stretches"]] == [30]
    assert page.post(path, {"first": 9, "last": 14}, **JSON).json() == {"accepted": 1}

    put(doubtful, range(12, 13), 0.3)
    assert sorted(item["first"] for item in queue(page, scene)["stretches"]) == [12, 30]


def test_accepting_is_one_step_of_the_history(page: Client, scene, doubtful: Subject):
    page.post(f"/api/subjects/{doubtful.id}/accept", {"first": 30, "last": 33}, **JSON)

    undone = page.post(f"/api/videos/{scene.video.id}/undo", {}, **JSON).json()
    again = [item["first"] for item in queue(page, scene)["stretches"]]
    page.post(f"/api/videos/{scene.video.id}/redo", {}, **JSON)

    assert [step["title"] for step in undone["steps"]] == ["Accept object 2, frames 30 to 33"]
    assert again == [30, 10]
    assert [item["first"] for item in queue(page, scene)["stretches"]] == [10]


def test_what_was_accepted_is_accepted_still_when_a_later_change_is_undone(page: Client, scene, doubtful: Subject):
    page.post(f"/api/subjects/{doubtful.id}/accept", {"first": 10, "last": 14}, **JSON)
    put(doubtful, range(10, 15), 0.2)

    page.post(f"/api/videos/{scene.video.id}/undo", {}, **JSON)

    assert [item["first"] for item in queue(page, scene)["stretches"]] == [30]


def test_frames_outside_the_clip_are_not_accepted(page: Client, scene):
    path = f"/api/subjects/{scene.subject.id}/accept"

    refused = page.post(path, {"first": 10, "last": 50}, **JSON)
    backwards = page.post(path, {"first": 10, "last": 9}, **JSON)

    assert (refused.status_code, refused.json()["code"]) == (400, "no-such-frame")
    assert "10 to 50" in refused.json()["message"]
    assert backwards.status_code == 400


def test_a_remark_is_made_settled_changed_deleted_and_restored(page: Client, scene):
    made = page.post(
        f"/api/videos/{scene.video.id}/comments", {"frame": 7, "text": " <b>the tail</b> is cut "}, **JSON
    ).json()
    path = f"/api/comments/{made['id']}"

    assert (made["text"], made["frame"], made["person"], made["resolved"]) == (
        "<b>the tail</b> is cut",
        7,
        "ann",
        False,
    )
    assert page.patch(path, {"resolved": True}, **JSON).json()["resolved"] is True
    assert page.patch(path, {"text": "the tail"}, **JSON).json()["text"] == "the tail"
    assert [item["text"] for item in page.get(f"/api/videos/{scene.video.id}/scene").json()["comments"]] == ["the tail"]
    assert page.delete(path).status_code == 204
    assert page.get(f"/api/videos/{scene.video.id}/comments").json() == []
    assert page.patch(path, {"resolved": False}, **JSON).status_code == 404
    assert page.post(f"{path}/restore").json()["resolved"] is True
    assert len(page.get(f"/api/videos/{scene.video.id}/comments").json()) == 1


@pytest.mark.parametrize(
    "body", [{"frame": 50, "text": "x"}, {"frame": 1, "text": " "}, {"frame": 1, "text": "x" * 2001}]
)
def test_a_remark_without_words_or_outside_the_clip_is_refused(page: Client, scene, body: dict):
    refused = page.post(f"/api/videos/{scene.video.id}/comments", body, **JSON)

    assert refused.status_code in (400, 422)
    assert page.get(f"/api/videos/{scene.video.id}/comments").json() == []
