"""What may be asked of a run over the API."""

import json

from django.test import Client

from studio.jobs.models import Job
from studio.runs.models import Run
from studio.scenes.changes import set_prompt


def track(page: Client, scene, **wish: object):
    Job.objects.filter(pk=scene.run.job_id).update(state=Job.State.DONE)
    return page.post(f"/api/videos/{scene.video.id}/runs", json.dumps(wish), content_type="application/json")


def test_a_run_between_key_frames_is_taken_as_asked(page: Client, scene):
    set_prompt(scene.subject, 30, (10.0, 20.0, 30.0, 40.0))

    told = track(page, scene, direction="between").json()

    assert (told["direction"], told["until_agrees"], told["agreed"]) == ("between", False, [])
    assert told["job"]["total"] == 28 + 26  # frames 3 to 30, and 29 down to 4


def test_between_one_key_frame_and_none_is_refused_in_a_sentence(page: Client, scene):
    refused = track(page, scene, direction="between")

    assert (refused.status_code, refused.json()["code"]) == (400, "nothing-between")
    assert "Two key frames" in refused.json()["message"]


def test_a_run_that_stopped_early_tells_where(page: Client, scene):
    told = track(page, scene, until_agrees=True).json()
    assert told["until_agrees"] is True
    Run.objects.filter(pk=told["id"]).update(agreed=[[str(scene.subject.id), 21]])

    agreed = page.get(f"/api/runs/{told['id']}").json()["agreed"]

    assert agreed == [{"subject_id": str(scene.subject.id), "frame": 21}]


def test_a_way_that_there_is_not_is_refused(page: Client, scene):
    assert track(page, scene, direction="sideways").status_code == 422
