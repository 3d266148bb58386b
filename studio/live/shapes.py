"""What a page is told of a row: the same over REST and over the socket."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from urllib.parse import quote
from uuid import UUID

from ninja import Schema

from studio.exports.models import Export
from studio.exports.service import keeping
from studio.imports.models import Import
from studio.jobs.line import place
from studio.jobs.models import Job
from studio.jobs.queue import interrupted
from studio.library.files import FILMSTRIP, POSTER, PROXY, media_url
from studio.library.models import Video
from studio.runs.models import Run
from studio.scenes.models import Comment, Prompt, Step, Subject, Version

JobState = Literal["queued", "running", "paused", "done", "failed", "cancelled"]
VideoState = Literal["uploaded", "ingesting", "ready", "failed"]
Direction = Literal["forward", "backward", "both", "between"]
ExportFormat = Literal[
    "overlay", "outline", "matte", "cutout", "background", "blur", "spotlight", "crop", "grid",
    "coco", "youtube-vis", "youtube-vos", "davis", "mots", "mot", "cvat-video", "cvat-images", "yolo",
    "labelme", "vot", "datumaro", "csv", "project",
]  # fmt: skip
Box = tuple[float, float, float, float]


class JobOut(Schema):
    """A piece of work on a clip."""

    id: UUID
    kind: Literal["ingest", "run", "export", "import"]
    state: JobState
    progress: float  # 0..1
    done: int
    total: int
    fps: float | None
    seconds_left: float | None
    place: int | None  # in line, from 1; null when it does not wait
    interrupted: bool  # its worker fell silent; another goes on from the last commit
    error_code: str | None
    error: str | None

    @classmethod
    def of(cls, job: Job) -> JobOut:
        return cls.model_validate(
            {
                "id": job.id,
                "kind": job.kind,
                "state": job.state,
                "progress": job.progress,
                "done": job.done,
                "total": job.total,
                "fps": job.fps,
                "seconds_left": job.seconds_left,
                "place": place(job),
                "interrupted": interrupted(job),
                "error_code": job.error_code or None,
                "error": job.error or None,
            }
        )


class Filmstrip(Schema):
    """How the filmstrip's picture is cut into tiles."""

    columns: int
    rows: int
    tile_width: int
    tile_height: int
    count: int


class VideoOut(Schema):
    """A clip. Sizes are of the upright source, in pixels; null while not known."""

    id: UUID
    title: str
    form: Literal["film", "images"]
    state: VideoState
    error_code: str | None
    error: str | None
    width: int | None
    height: int | None
    pixel_aspect: float
    frame_count: int | None
    duration_s: float | None
    frame_rate: str | None  # "30000/1001"; null when it varies
    byte_size: int
    has_sound: bool
    revision: int
    created: datetime
    goes_at: datetime | None  # when it is deleted, unless somebody opens it before
    job: JobOut | None  # its ingest, while it is not ready
    poster_url: str | None
    filmstrip_url: str | None
    filmstrip: Filmstrip | None
    proxy_url: str | None

    @classmethod
    def of(cls, video: Video, ingest: Job | None = None) -> VideoOut:
        """`ingest` is the clip's newest ingest job; told only of a clip that is not ready."""
        ready = video.state == Video.State.READY
        return cls.model_validate(
            {
                "id": video.id,
                "title": video.title,
                "form": video.form,
                "state": video.state,
                "error_code": video.error_code or None,
                "error": video.error or None,
                "width": video.width or None,
                "height": video.height or None,
                "pixel_aspect": video.pixel_aspect,
                "frame_count": video.frame_count or None,
                "duration_s": video.duration_s or None,
                "frame_rate": f"{video.frame_rate_num}/{video.frame_rate_den}" if video.frame_rate_num else None,
                "byte_size": video.byte_size,
                "has_sound": video.has_sound,
                "revision": video.revision,
                "created": video.created,
                "goes_at": video.goes_at,
                "job": JobOut.of(ingest) if ingest is not None and not ready else None,
                "poster_url": media_url(video, POSTER) if ready else None,
                "filmstrip_url": media_url(video, FILMSTRIP) if ready and video.filmstrip else None,
                "filmstrip": video.filmstrip if ready else None,
                "proxy_url": media_url(video, PROXY) if ready else None,
            }
        )


class SubjectOut(Schema):
    """An object to follow."""

    id: UUID
    number: int
    name: str
    color: str
    visible: bool

    @classmethod
    def of(cls, subject: Subject) -> SubjectOut:
        return cls(
            id=subject.id, number=subject.number, name=subject.name, color=subject.color, visible=subject.visible
        )


class PromptOut(Schema):
    """A box drawn around an object on a frame: x, y, width, height in upright source pixels."""

    id: UUID
    subject_id: UUID
    frame: int
    box: Box

    @classmethod
    def of(cls, prompt: Prompt) -> PromptOut:
        return cls(id=prompt.id, subject_id=prompt.subject_id, frame=prompt.frame, box=prompt.box)


class StepOut(Schema):
    """One change to a scene, as its person sees it."""

    ordinal: int  # names it among the clip's steps, and orders them
    title: str
    kind: str
    person: str | None
    subject_id: UUID | None  # the one it is about, if it is one
    frame: int | None  # where to look at it
    job_id: UUID | None  # the work that writes it
    created: datetime
    undone: bool

    @classmethod
    def of(cls, step: Step) -> StepOut:
        """`step.person` is fetched: select it with the rows."""
        return cls(
            ordinal=step.ordinal,
            title=step.title,
            kind=step.kind,
            person=None if step.person is None else step.person.get_username(),
            subject_id=step.subject_id,
            frame=step.frame,
            job_id=step.job_id,
            created=step.created,
            undone=step.undone,
        )


class VersionOut(Schema):
    """All masks of an object as they stood once."""

    id: UUID
    subject_id: UUID
    name: str
    person: str | None
    of_run: UUID | None  # kept by itself when this run ended; null: by a person
    created: datetime
    frames: int

    @classmethod
    def of(cls, version: Version) -> VersionOut:
        return cls(
            id=version.id,
            subject_id=version.subject_id,
            name=version.name,
            person=None if version.person is None else version.person.get_username(),
            of_run=version.of_run,
            created=version.created,
            frames=version.frames,
        )


class AgreedOut(Schema):
    """Where a run stopped following an object: it was found for ten frames where it had been found before."""

    subject_id: UUID
    frame: int  # the last one that was tracked


class CommentOut(Schema):
    """What a person says about a frame: plain text."""

    id: UUID
    frame: int
    text: str
    person: str  # a name; empty when they are gone
    created: datetime
    resolved: bool

    @classmethod
    def of(cls, comment: Comment) -> CommentOut:
        return cls(
            id=comment.id,
            frame=comment.frame,
            text=comment.text,
            person=comment.person.get_username() if comment.person is not None else "",
            created=comment.created,
            resolved=comment.resolved,
        )


class StageOut(Schema):
    """What a stage of a run took. Stages run beside each other: their seconds add up to more than the run's."""

    stage: Literal["load", "decode", "wait", "track", "encode", "write"]
    seconds: float
    frames: int  # it was done for; 0 where it is no work on frames
    fps: float | None  # frames a second of this stage by itself


class RunOut(Schema):
    """One press of Track."""

    id: UUID
    job: JobOut
    direction: Direction
    first_frame: int
    last_frame: int
    weights: str
    profile: str
    subjects: list[UUID]
    until_agrees: bool
    agreed: list[AgreedOut]
    stages: list[StageOut]
    notes: list[str]  # sentences: what was done otherwise than asked

    @classmethod
    def of(cls, run: Run) -> RunOut:
        return cls.model_validate(
            {
                "id": run.id,
                "job": JobOut.of(run.job),
                "direction": run.direction,
                "first_frame": run.first_frame,
                "last_frame": run.last_frame,
                "weights": run.weights,
                "profile": run.profile,
                "subjects": run.subjects,
                "until_agrees": run.until_agrees,
                "agreed": [{"subject_id": subject, "frame": frame} for subject, frame in run.agreed],
                "stages": [
                    {
                        "stage": stage,
                        "seconds": seconds,
                        "frames": frames,
                        "fps": round(frames / seconds, 1) if frames and seconds else None,
                    }
                    for stage, (seconds, frames) in run.timings.items()
                ],
                "notes": run.notes,
            }
        )


class ExportOut(Schema):
    """A file made of a clip's masks."""

    id: UUID
    format: ExportFormat
    job: JobOut
    file_name: str
    byte_size: int | None
    sha256: str | None
    url: str | None
    options: dict[str, object]  # those that were chosen
    created: datetime
    kept_until: datetime | None  # then the file is removed; null while there is none

    @classmethod
    def of(cls, export: Export) -> ExportOut:
        there = export.job.state == Job.State.DONE and export.file_name != ""
        return cls.model_validate(
            {
                "id": export.id,
                "format": export.format,
                "job": JobOut.of(export.job),
                "file_name": export.file_name,
                "byte_size": export.byte_size if there else None,
                "sha256": export.sha256 if there else None,
                "url": f"/media/exports/{export.id}/{quote(export.file_name)}" if there else None,
                "options": export.options,
                "created": export.created,
                "kept_until": export.created + keeping() if there else None,
            }
        )


class ImportObject(Schema):
    """An object that an import would make."""

    number: int | None  # the file's; it is kept where it is free
    name: str
    color: str  # empty: the studio's own
    masks: int
    first: int | None  # frames with masks
    last: int | None


class ImportFound(Schema):
    """What an import would make."""

    objects: list[ImportObject]
    masks: int
    prompts: int
    notes: list[str]  # sentences to read before


class ImportOut(Schema):
    """An annotation file sent for a clip."""

    id: UUID
    name: str
    byte_size: int
    job: JobOut
    step: Literal["read", "write"]  # what the job does
    kind: str  # empty until it is found out
    found: ImportFound | None
    mode: Literal["add", "replace"]
    written: bool
    created: datetime

    @classmethod
    def of(cls, one: Import) -> ImportOut:
        names = ("id", "name", "byte_size", "step", "kind", "found", "mode", "written", "created")
        return cls.model_validate({**{name: getattr(one, name) for name in names}, "job": JobOut.of(one.job)})
