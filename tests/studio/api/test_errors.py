"""Every refusal is {code, message}, the message one sentence."""

import json

import pytest
from django.test import Client


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/api/nothing", None, 404, "not-found"),
        ("GET", "/api/videos/not-an-id", None, 404, "not-found"),
        ("PUT", "/api/me", None, 405, "wrong-method"),
        ("POST", "/api/tokens", "{", 400, "bad-request"),
        ("POST", "/api/tokens", json.dumps({"name": ""}), 422, "invalid"),
        ("POST", "/api/tokens", json.dumps({"name": "x", "owner": 1}), 422, "invalid"),
        ("POST", "/api/tokens", json.dumps({"name": "x" * (3 * 1024**2)}), 413, "too-large"),
        ("GET", "/api/videos?sort=owner__password", None, 422, "invalid"),
    ],
)
def test_a_refusal_has_one_shape(page: Client, method: str, path: str, body: str | None, status: int, code: str):
    response = page.generic(method, path, data=body or "", content_type="application/json")

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert set(response.json()) == {"code", "message"}
    assert response.json()["message"].endswith(".")


def test_a_validation_error_names_the_field_in_a_sentence(page: Client, scene):
    path = f"/api/subjects/{scene.subject.id}/prompts/3"

    said = page.put(path, {"box": [1, 2, "wide", 4]}, content_type="application/json").json()["message"]

    assert said == "Box.2: input should be a valid number, unable to parse string as a number."


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_numbers_that_are_none_are_refused(page: Client, scene, number: str):
    path = f"/api/subjects/{scene.subject.id}/prompts/3"

    response = page.generic("PUT", path, f'{{"box": [1, 2, {number}, 4]}}', content_type="application/json")

    assert response.status_code in (400, 422)


def test_what_a_scene_refuses_keeps_its_code(page: Client, scene):
    path = f"/api/subjects/{scene.subject.id}/prompts"

    outside = page.put(f"{path}/3", {"box": [600, 2, 100, 40]}, content_type="application/json")
    no_frame = page.put(f"{path}/50", {"box": [1, 2, 30, 40]}, content_type="application/json")

    assert (outside.status_code, outside.json()["code"]) == (400, "bad-box")
    assert (no_frame.status_code, no_frame.json()["code"]) == (400, "no-such-frame")


def test_a_job_that_cannot_go_there_is_a_conflict(page: Client, scene):
    job = f"/api/jobs/{scene.run.job_id}"

    assert page.post(f"{job}/cancel").json()["state"] == "cancelled"
    refused = page.post(f"{job}/resume")

    assert (refused.status_code, refused.json()["code"]) == (409, "wrong-state")
