"""Pressing Track: what is asked for is checked, written down as a run and its job, and put in line."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from pycocotools import mask as coco

from studio.jobs.models import Job
from studio.jobs.queue import submit
from studio.library.models import Video
from studio.library.quota import check_run
from studio.runs.models import Draft, Run
from studio.runs.plan import Box, KeyFrame, Plan, plan_run
from studio.runs.weights import check_profile, check_weights
from studio.scenes.changes import MIN_SIDE_PX
from studio.scenes.errors import SceneFault
from studio.scenes.models import Mask, Prompt, Subject
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
    until_agrees: bool = False,
    person: User | None = None,
) -> Run:
    """Follow the clip's subjects, or those named, from their key frames within first_frame..last_frame.

    A key frame is a box that was drawn, or a mask that a person drew or changed. until_agrees: a subject is followed
    no further once it was found for ten frames where it had been found before.

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
    keys = key_frames(video, chosen, first, last)
    plan = plan_run(keys, direction, first, last)
    if not plan.total and keys and direction == Run.Direction.BETWEEN:
        raise SceneFault(
            "nothing-between",
            f"Two key frames of an object are needed in frames {first} to {last} to track between them.",
        )
    if not plan.total:
        raise SceneFault("nothing-to-track", "There is no box to track from: draw one around something first.")
    check_run(video.owner_id, plan.total)
    known, tuning = check_weights(settings.STUDIO_WEIGHTS, weights or ""), check_profile(profile or "")
    with transaction.atomic():
        job = submit(video.owner_id, video.id, Job.Kind.RUN, total=plan.total)
        Draft.objects.filter(run__video=video).delete()  # of runs that were cancelled before they were joined
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
            prompts=[[key.subject, key.frame, list(key.box), key.kept] for key in keys],
            until_agrees=until_agrees,
        )


def key_frames(video: Video, subjects: QuerySet[Subject], first: int, last: int) -> list[KeyFrame]:
    """The boxes of these subjects in frames first..last, and boxes around the masks that a person drew there.

    Where a frame has both, the mask is the later word.
    """
    prompts = Prompt.objects.filter(subject__in=subjects, deleted=False, frame__gte=first, frame__lte=last)
    keys = {
        (prompt.subject_id, prompt.frame): KeyFrame(str(prompt.subject_id), prompt.frame, prompt.box)
        for prompt in prompts
    }
    drawn = Mask.objects.filter(
        subject__in=subjects, state=Mask.State.EDITED, area__gt=0, frame__gte=first, frame__lte=last
    )
    for mask in drawn:
        x, y, width, height = coco.toBbox({"size": [video.height, video.width], "counts": bytes(mask.counts)})
        box = _at_least(float(x), float(y), float(width), float(height), video)
        keys[mask.subject_id, mask.frame] = KeyFrame(str(mask.subject_id), mask.frame, box, kept=True)
    return sorted(keys.values(), key=lambda key: key.frame)


def plan_of(run: Run) -> Plan:
    """The plan of a run, from the key frames as they stood when Track was pressed."""
    keys = [KeyFrame(subject, frame, (b[0], b[1], b[2], b[3]), *kept) for subject, frame, b, *kept in run.prompts]
    return plan_run(keys, run.direction, run.first_frame, run.last_frame)


def _title(plan: Plan, first: int, last: int) -> str:
    followed = len({stretch.key.subject for sweep in plan.sweeps for stretch in sweep.stretches})
    return f"Track {followed} object{'' if followed == 1 else 's'}, frames {first} to {last}"


def _at_least(x: float, y: float, width: float, height: float, video: Video) -> Box:
    """The box with sides a track can start from, within the picture."""
    wide, high = max(width, MIN_SIDE_PX), max(height, MIN_SIDE_PX)
    return min(x, video.width - wide), min(y, video.height - high), wide, high
