"""A clip with one of everything, and the API as its owner calls it."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.contrib.auth.models import User
from django.test import Client

from studio.exports.models import Export
from studio.jobs.models import Job
from studio.jobs.queue import submit
from studio.library.models import Video
from studio.runs.models import Run
from studio.scenes.changes import add_subject, change, set_prompt, write_masks
from studio.scenes.models import Mask, Prompt, Subject


@dataclass
class Scene:
    """A clip, an object in it, its box, three masks, a run and an export that wait."""

    video: Video
    subject: Subject
    prompt: Prompt
    run: Run
    export: Export


def ready_clip(owner: User, title: str = "a clip") -> Video:
    return Video.objects.create(
        owner=owner,
        title=title,
        state=Video.State.READY,
        width=640,
        height=360,
        frame_count=50,
        duration_s=2.0,
        frame_rate_num=25,
    )


@pytest.fixture
def scene(ann: User) -> Scene:
    video = ready_clip(ann)
    subject = add_subject(video)
    prompt = set_prompt(subject, 3, (10.0, 20.0, 30.0, 40.0))
    with change(video.id, "Masks") as step:
        write_masks(
            [
                Mask(
                    subject=subject,
                    frame=frame,
                    counts=b"mask%d" % frame,
                    area=9,
                    score=0.876,
                    rotated_box=[float(corner) for corner in range(8)],
                    state=Mask.State.TRACKED,
                )
                for frame in (3, 4, 5)
            ],
            step,
        )
    run = Run.objects.create(
        job=submit(ann.pk, video.id, Job.Kind.RUN, total=50),
        video=video,
        direction=Run.Direction.FORWARD,
        first_frame=0,
        last_frame=49,
        weights="siammask-small",
        subjects=[str(subject.id)],
        prompts=[],
    )
    export = Export.objects.create(
        job=submit(ann.pk, video.id, Job.Kind.EXPORT), video=video, format=Export.Format.CSV, of_revision=3
    )
    video.refresh_from_db()
    return Scene(video, subject, prompt, run, export)


@pytest.fixture
def page(ann: User, as_person: Callable[[User], Client]) -> Client:
    """The owner's browser."""
    return as_person(ann)
