"""Pressing Track: what is asked for is checked, written down as a run and its job, and put in line."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from studio.jobs.models import Job
from studio.jobs.queue import submit
from studio.library.models import Video
from studio.runs.models import Run
from studio.runs.plan import KeyFrame, Plan, plan_run
from studio.runs.weights import check_profile, check_weights
from studio.scenes.errors import SceneFault
from studio.scenes.models import Prompt, Subject
from studio.scenes.steps import Kind, open_step


def start_run(
    video: Video,
    *,
    direction: str = Run.Direction.FORWARD,
    first_frame: int | None = None,
    last_frame: int | None = None,
    weights: str | None = None,
    profile: str | None = None,
    subjects: Collection[UUID] | None = None,
    person: User | None = None,
) -> Run:
    """Follow the clip's subjects, or those named, from their key frames within first_frame..last_frame.

    Raises SceneFault when there is nothing to follow or the range, weights or profile are not
    there, AlreadyActive when the clip has an unfinished run. A run is one step of the clip's history.
    """
    first = 0 if first_frame is None else first_frame
    last = video.frame_count - 1 if last_frame is None else last_frame
    if not 0 <= first <= last < video.frame_count:
        raise SceneFault("no-such-frame", f"Frames {first} to {last} are not in a clip of {video.frame_count} frames.")
    chosen = Subject.objects.filter(video=video, deleted_at=None)
    if subjects is not None:
        chosen = chosen.filter(pk__in=subjects)
    prompts = Prompt.objects.filter(subject__in=chosen, deleted=False, frame__gte=first, frame__lte=last)
    keys = [KeyFrame(str(prompt.subject_id), prompt.frame, prompt.box) for prompt in prompts.order_by("frame")]
    plan = plan_run(keys, direction, first, last)
    if not plan.total:
        raise SceneFault("nothing-to-track", "There is no box to track from: draw one around something first.")
    known, tuning = check_weights(settings.STUDIO_WEIGHTS, weights or ""), check_profile(profile or "")
    with transaction.atomic():
        job = submit(video.owner_id, video.id, Job.Kind.RUN, total=plan.total)
        open_step(job, _title(plan, first, last), kind=Kind.RUN, person=person)
        return Run.objects.create(
            job=job,
            video=video,
            direction=direction,
            first_frame=first,
            last_frame=last,
            weights=known,
            profile=tuning,
            subjects=[str(subject.id) for subject in chosen],
            prompts=[[key.subject, key.frame, list(key.box)] for key in keys],
        )


def plan_of(run: Run) -> Plan:
    """The plan of a run, from the boxes as they stood when Track was pressed."""
    keys = [KeyFrame(subject, frame, (box[0], box[1], box[2], box[3])) for subject, frame, box in run.prompts]
    return plan_run(keys, run.direction, run.first_frame, run.last_frame)


def _title(plan: Plan, first: int, last: int) -> str:
    followed = len({stretch.key.subject for sweep in plan.sweeps for stretch in sweep.stretches})
    return f"Track {followed} object{'' if followed == 1 else 's'}, frames {first} to {last}"
