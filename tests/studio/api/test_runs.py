"""Jobs, runs, exports and weights over the API."""

from datetime import datetime, timedelta
from pathlib import Path

from django.test import Client

from studio.exports.models import Export
from studio.jobs.models import Job
from studio.runs.models import Run


def test_a_waiting_job_is_paused_resumed_and_cancelled(page: Client, scene):
    job = f"/api/jobs/{scene.run.job_id}"

    assert page.get(job).json()["place"] == 1
    assert page.post(f"{job}/pause").json()["state"] == "paused"
    assert page.get(job).json()["place"] is None
    assert page.post(f"{job}/resume").json()["state"] == "queued"
    assert page.post(f"{job}/cancel").json()["state"] == "cancelled"


def test_a_run_tells_its_job(page: Client, scene):
    told = page.get(f"/api/runs/{scene.run.id}").json()

    assert told["job"]["id"] == str(scene.run.job_id)
    assert (told["direction"], told["first_frame"], told["last_frame"]) == ("forward", 0, 49)
    assert told["subjects"] == [str(scene.subject.id)]


def test_a_run_tells_what_its_stages_took_and_what_was_done_otherwise(page: Client, scene):
    path = f"/api/runs/{scene.run.id}"
    assert (page.get(path).json()["stages"], page.get(path).json()["notes"]) == ([], [])

    Run.objects.filter(pk=scene.run.pk).update(
        timings={"load": [0.5, 0], "track": [4.0, 100]}, notes=["One at a time."]
    )

    told = page.get(path).json()
    assert told["stages"] == [
        {"stage": "load", "seconds": 0.5, "frames": 0, "fps": None},
        {"stage": "track", "seconds": 4.0, "frames": 100, "fps": 25.0},
    ]
    assert told["notes"] == ["One at a time."]


def test_a_second_run_of_a_clip_is_a_conflict(page: Client, scene):
    refused = page.post(f"/api/videos/{scene.video.id}/runs", {}, content_type="application/json")

    assert (refused.status_code, refused.json()["code"]) == (409, "already-active")


def test_a_run_of_an_object_that_is_not_in_the_clip_is_not_found(page: Client, scene):
    wish = {"subjects": ["00000000-0000-4000-8000-000000000000"]}

    refused = page.post(f"/api/videos/{scene.video.id}/runs", wish, content_type="application/json")

    assert refused.status_code == 404


def test_an_export_has_an_address_when_it_is_done(page: Client, scene):
    path = f"/api/videos/{scene.video.id}/exports"

    assert [export["url"] for export in page.get(path).json()] == [None]
    Export.objects.filter(pk=scene.export.pk).update(file_name="a clip.csv", byte_size=7, sha256="ab")
    Job.objects.filter(pk=scene.export.job_id).update(state=Job.State.DONE)

    told = page.get(path).json()[0]
    assert told["url"] == f"/media/exports/{scene.export.id}/a%20clip.csv"
    assert (told["byte_size"], told["sha256"]) == (7, "ab")
    made, gone = (datetime.fromisoformat(told[name]) for name in ("created", "kept_until"))
    assert gone - made == timedelta(days=30)


def test_formats_say_what_may_be_chosen_of_them(page: Client):
    formats = {one["name"]: one for one in page.get("/api/formats").json()}

    overlay = {option["name"]: option for option in formats["overlay"]["options"]}
    assert list(overlay) == [
        "objects",
        "first_frame",
        "last_frame",
        "tint",
        "opacity",
        "edge",
        "boxes",
        "sound",
        "quality",
    ]
    fill = {"kind": "number", "default": 40, "least": 0, "most": 100, "step": 1, "unit": "%"}
    assert overlay["opacity"].items() >= fill.items()
    alpha = next(option for option in formats["cutout"]["options"] if option["name"] == "alpha")
    assert [one["value"] for one in alpha["choices"]] == ["straight", "premultiplied"]
    assert alpha["needs"] == {"option": "container", "values": ["mov", "png"]}
    assert all(one["checked_with"] and one["lossy"] is not None for one in formats.values() if not one["film"])


def test_an_estimate_makes_nothing_and_refuses_as_an_export_does(page: Client, scene):
    path = f"/api/videos/{scene.video.id}/exports/estimate"
    before = Job.objects.count()

    told = page.post(path, {"format": "coco"}, content_type="application/json").json()
    assert (told["frames"], told["masks"]) == (50, 3)
    assert 500 < told["byte_size"] < 10_000
    refused = page.post(path, {"format": "coco", "options": {"last_frame": 2}}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (400, "nothing-to-export")
    assert Job.objects.count() == before


def test_weights_say_which_are_here(page: Client, settings, tmp_path: Path):
    settings.STUDIO_WEIGHTS = tmp_path
    (tmp_path / "manifest.toml").write_text(
        'default = "small"\n'
        '[weights.small]\narchitecture = "a"\nprofile = "p"\nfile = "small.bin"\nbytes = 3\nnote = "n"\n'
        '[weights.large]\narchitecture = "b"\nprofile = "q"\nfile = "large.bin"\n'
    )
    (tmp_path / "small.bin").write_bytes(b"123")

    told = page.get("/api/weights").json()

    assert [(entry["name"], entry["present"], entry["default"]) for entry in told] == [
        ("small", True, True),
        ("large", False, False),
    ]


def test_a_manifest_that_is_broken_is_said_in_a_sentence(page: Client, settings, tmp_path: Path):
    settings.STUDIO_WEIGHTS = tmp_path

    for content in (None, "default = 3", "nonsense", "default = 'a'\n[weights]\na = 3\n"):
        if content is not None:
            (tmp_path / "manifest.toml").write_text(content)
        refused = page.get("/api/weights")
        assert (refused.status_code, refused.json()["code"]) == (503, "no-weights")


def test_the_manifest_of_the_project_can_be_read(page: Client, settings):
    settings.STUDIO_WEIGHTS = Path(__file__).parents[3] / "weights"

    assert "siammask-small" in [entry["name"] for entry in page.get("/api/weights").json()]
