"""Tracking: start a run, look at it; pause, resume and cancel any job."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status

from studio.access import jobs_for, runs_for, subjects_for
from studio.api.auth import person_of, ready_video
from studio.api.schemas import RunIn
from studio.jobs import queue
from studio.live.shapes import JobOut, RunOut
from studio.runs.service import start_run
from studio.scenes.models import Subject

router = Router(tags=["runs"])


@router.post("/videos/{uuid:video_id}/runs", response={201: RunOut})
def add_run(request: HttpRequest, video_id: UUID, body: RunIn) -> Status[RunOut]:
    """Track. A clip has one unfinished run at most."""
    video = ready_video(request, video_id)
    if body.subjects is not None:
        wanted = set(body.subjects)
        if subjects_for(person_of(request)).filter(video=video, pk__in=wanted).count() != len(wanted):
            raise Subject.DoesNotExist
    run = start_run(
        video,
        direction=body.direction,
        first_frame=body.first_frame,
        last_frame=body.last_frame,
        weights=body.weights,
        profile=body.profile,
        subjects=body.subjects,
        person=person_of(request),
        until_agrees=body.until_agrees,
    )
    return Status(201, RunOut.of(run))


@router.get("/runs/{uuid:run_id}", response=RunOut)
def get_run(request: HttpRequest, run_id: UUID) -> RunOut:
    """One run and how far it is."""
    runs = runs_for(person_of(request)).select_related("job").defer("checkpoint", "prompts")
    return RunOut.of(runs.get(pk=run_id))


@router.get("/jobs/{uuid:job_id}", response=JobOut, tags=["jobs"])
def get_job(request: HttpRequest, job_id: UUID) -> JobOut:
    """A piece of work and how far it is."""
    return JobOut.of(jobs_for(person_of(request)).get(pk=job_id))


@router.post("/jobs/{uuid:job_id}/pause", response=JobOut, tags=["jobs"])
def pause_job(request: HttpRequest, job_id: UUID) -> JobOut:
    """Stop for a while; what was done stays."""
    return JobOut.of(queue.pause(jobs_for(person_of(request)).get(pk=job_id)))


@router.post("/jobs/{uuid:job_id}/resume", response=JobOut, tags=["jobs"])
def resume_job(request: HttpRequest, job_id: UUID) -> JobOut:
    """Go on from where it was paused."""
    return JobOut.of(queue.resume(jobs_for(person_of(request)).get(pk=job_id)))


@router.post("/jobs/{uuid:job_id}/cancel", response=JobOut, tags=["jobs"])
def cancel_job(request: HttpRequest, job_id: UUID) -> JobOut:
    """Stop for good; what was done stays."""
    return JobOut.of(queue.cancel(jobs_for(person_of(request)).get(pk=job_id)))
