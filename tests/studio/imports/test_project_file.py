"""A scene leaves as a project file and comes back in a fresh copy of its clip: every row as it was."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from drawn.tracks import OBJECTS, draw_masks, found_of
from studio.exports.make import make
from studio.exports.service import request_export
from studio.imports.service import write_import
from studio.jobs.lease import work
from studio.jobs.models import Job
from studio.library.files import export_key, folder_of
from studio.library.models import Video
from studio.library.store import store
from studio.runs.models import Run
from studio.scenes.changes import change, write_masks
from studio.scenes.models import Mask, Prompt, Subject

from .conftest import make_clip, rows_of, worked

pytestmark = pytest.mark.django_db
EMPTY = {Mask.State.LOST, Mask.State.ABSENT}


@pytest.fixture
def scene(clip: Video) -> Video:
    """The drawn objects with masks of every state, a hidden one, a deleted one, boxes, and a run behind them."""
    run = Run.objects.create(
        job=Job.objects.create(owner=clip.owner, video=clip, kind="run", queue="gpu", state="done"),
        video=clip, direction="both", first_frame=1, last_frame=7, weights="siammask-small", profile="vot",
        subjects=[], prompts=[],
    )  # fmt: skip
    with change(clip.id, "Scene") as step:
        subjects = {
            track.number: Subject.objects.create(
                video=clip, number=track.number, name=track.name, color="#{:02x}{:02x}{:02x}".format(*track.color),
                visible=track.number != 3, revision=step.revision,
            )
            for track in OBJECTS
        }  # fmt: skip
        Subject.objects.create(
            video=clip, number=5, name="gone", color="#000000", revision=step.revision, deleted_at=timezone.now()
        )
        for number, frame, deleted in ((1, 0, False), (1, 4, False), (7, 6, False), (2, 1, True)):
            Prompt.objects.create(
                subject=subjects[number], frame=frame, x=1.25, y=2, width=20.5, height=9, deleted=deleted,
                revision=step.revision,
            )  # fmt: skip
        states = cycle_of_states()
        write_masks([_mask(found, subjects[found.number], next(states), run) for found in found_of(draw_masks())], step)
    return clip


def cycle_of_states() -> Iterator[Mask.State]:
    while True:
        yield from Mask.State


def _mask(found, subject: Subject, state: Mask.State, run: Run) -> Mask:
    empty = state in EMPTY
    return Mask(
        subject=subject,
        frame=found.frame,
        counts=b"" if empty else found.counts,
        area=0 if empty else found.area,
        score=found.score,
        rotated_box=[] if empty else list(found.corners),
        state=state,
        run_id=run.id,
    )


def project_of(video: Video) -> Path:
    export = request_export(video, "project", {})
    work(export.job_id, make)
    export.refresh_from_db()
    export.job.refresh_from_db()
    assert (export.job.state, export.job.error) == ("done", "")
    return store().local(export_key(export.id, export.file_name, export.sha256))


def test_everything_of_a_scene_comes_back(scene: Video, ann: User, send):
    copy = make_clip(ann, "a copy")

    read = send(copy, project_of(scene))
    assert (read.job.state, read.job.error, read.kind) == ("done", "", "project")
    assert (read.found["masks"], read.found["prompts"], read.found["notes"]) == (27, 3, [])
    assert rows_of(copy) == {"objects": [], "prompts": [], "masks": []}, "nothing is written before somebody says so"

    done = worked(write_import(read, "add"))
    assert (done.job.state, done.written) == ("done", True)
    assert rows_of(copy) == rows_of(scene)
    assert len(rows_of(copy)["masks"]) == 27
    run = Run.objects.get(video=copy)
    assert (run.weights, run.profile, run.direction, run.first_frame, run.last_frame, run.job.state) == (
        "siammask-small", "vot", "both", 1, 7, "done",
    )  # fmt: skip
    assert set(Mask.objects.filter(subject__video=copy).values_list("run_id", flat=True)) == {run.pk}
    assert run.created == Run.objects.get(video=scene).created


def test_the_file_says_what_its_masks_came_from(scene: Video):
    with zipfile.ZipFile(project_of(scene)) as archive:
        said = json.loads(archive.read("manifest.json"))
        lines = archive.read("masks/7.jsonl").decode().splitlines()

    assert (said["format"], said["version"]) == ("siammask-studio-project", 1)
    assert said["source"]["bytes"] == len(b"as it was sent")
    assert [one["number"] for one in said["objects"]] == [1, 2, 3, 7]
    assert [(run["weights"], run["profile"], run["first_frame"], run["last_frame"]) for run in said["runs"]] == [
        ("siammask-small", "vot", 1, 7)
    ]
    assert [json.loads(line)["frame"] for line in lines] == [6, 7, 8]


def test_a_film_with_another_sum_is_said_and_not_refused(scene: Video, ann: User, send):
    copy = make_clip(ann, "another")
    (folder_of(copy.id) / "source").write_bytes(b"of the same size, cut anew")

    read = send(copy, project_of(scene))

    assert read.found["notes"] == ["The file was made of another film of the same size and length."]


def test_a_project_without_any_mask_keeps_its_boxes(clip: Video, ann: User, send):
    with change(clip.id, "Scene") as step:
        subject = Subject.objects.create(video=clip, number=4, name="car", color="#123456", revision=step.revision)
        Prompt.objects.create(subject=subject, frame=2, x=1, y=2, width=30, height=20, revision=step.revision)
    copy = make_clip(ann, "a copy")

    worked(write_import(send(copy, project_of(clip)), "add"))

    assert rows_of(copy) == rows_of(clip)
    assert rows_of(copy)["prompts"] == [(4, 2, 1.0, 2.0, 30.0, 20.0)]
