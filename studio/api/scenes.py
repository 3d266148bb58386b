"""What is in a clip: objects, boxes, masks, and what changed since a revision."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Status

from studio.access import all_subjects_for, comments_for, prompts_for, runs_for, subjects_for, videos_for
from studio.api.auth import person_of, ready_video
from studio.api.errors import Refusal
from studio.api.schemas import FrameIndex, MaskIn, MaskOut, PromptIn, SceneOut, SubjectChange, SubjectIn
from studio.jobs.models import Job
from studio.library.models import Video
from studio.live.feed import Position, read
from studio.live.items import ingests_of, mask_item
from studio.live.protocol import pack
from studio.live.shapes import CommentOut, PromptOut, RunOut, StepOut, SubjectOut, VideoOut
from studio.scenes import changes, drawing
from studio.scenes.history import newest_steps
from studio.scenes.keyframe import prompt_from_mask
from studio.scenes.models import Mask, Subject

router = Router(tags=["scenes"])

MOST_FRAMES = 300  # of masks in one answer
MOST_MASK_BYTES = 32 * 1024**2  # of run lengths in one answer
MOST_ITEMS = 5000  # of changes in one answer
MSGPACK = "application/msgpack"
IN_MSGPACK = {"responses": {200: {"description": "OK", "content": {MSGPACK: {"schema": {"type": "object"}}}}}}


@router.get("/videos/{uuid:video_id}/scene", response=SceneOut)
def scene(request: HttpRequest, video_id: UUID) -> HttpResponse:
    """Everything of a clip but its masks' outlines, as it stood at `revision` or a little later."""
    person = person_of(request)
    video = videos_for(person).get(pk=video_id)  # first: what is read after it is at least as new
    subjects = list(subjects_for(person).filter(video=video))
    told = {
        "revision": video.revision,
        "video": VideoOut.of(video, ingests_of([video]).get(video.id)).model_dump(mode="json"),
        "subjects": [SubjectOut.of(subject).model_dump(mode="json") for subject in subjects],
        "prompts": [
            PromptOut.of(prompt).model_dump(mode="json") for prompt in prompts_for(person).filter(subject__video=video)
        ],
        "runs": [run.model_dump(mode="json") for run in _runs(request, video)],
        "steps": [StepOut.of(step).model_dump(mode="json") for step in newest_steps(video)],
        "comments": [
            CommentOut.of(comment).model_dump(mode="json") for comment in comments_for(person).filter(video=video)
        ],
        "lanes": {str(subject.id): _lane(subject.id) for subject in subjects},
    }
    # a long clip has half a million lane rows: they are ours and need no validation
    return HttpResponse(json.dumps(told, separators=(",", ":")), content_type="application/json")


@router.post("/videos/{uuid:video_id}/subjects", response={201: SubjectOut})
def add_subject(request: HttpRequest, video_id: UUID, body: SubjectIn) -> Status[SubjectOut]:
    """A new object to follow, with the box drawn around it or the mask drawn of it on a frame if there is one."""
    video, person = ready_video(request, video_id), person_of(request)
    if body.id is not None and (known := Subject.objects.filter(pk=body.id).first()) is not None:
        if known.video_id != video.id:
            raise Refusal(409, "id-taken", "This id is already that of another object.")
        return Status(201, SubjectOut.of(known))
    if body.mask is not None:
        if body.prompt is not None:
            raise Refusal(422, "invalid", "mask: an object begins with a box or with a mask, not with both.")
        first = _drawing_of(body.mask)
        subject = drawing.add_drawn_subject(
            video,
            body.mask.frame,
            first,
            name=body.name or "",
            color=body.color or "",
            subject_id=body.id,
            person=person,
        )
        return Status(201, SubjectOut.of(subject))
    prompt = None if body.prompt is None else (body.prompt.frame, body.prompt.box)
    subject = changes.add_subject(
        video, body.name or "", body.color or "", prompt=prompt, subject_id=body.id, person=person
    )
    return Status(201, SubjectOut.of(subject))


@router.patch("/subjects/{uuid:subject_id}", response=SubjectOut)
def change_subject(request: HttpRequest, subject_id: UUID, body: SubjectChange) -> SubjectOut:
    """Change an object's name, color or whether it is shown."""
    person = person_of(request)
    subject = subjects_for(person).get(pk=subject_id)
    return SubjectOut.of(
        changes.edit_subject(subject, name=body.name, color=body.color, visible=body.visible, person=person)
    )


@router.delete("/subjects/{uuid:subject_id}", response={204: None})
def delete_subject(request: HttpRequest, subject_id: UUID) -> Status[None]:
    """Take an object away; it can be restored with all that was found of it."""
    person = person_of(request)
    changes.delete_subject(subjects_for(person).get(pk=subject_id), person)
    return Status(204, None)


@router.post("/subjects/{uuid:subject_id}/restore", response=SubjectOut)
def restore_subject(request: HttpRequest, subject_id: UUID) -> SubjectOut:
    """Undo the deletion of an object."""
    person = person_of(request)
    subject = all_subjects_for(person).get(pk=subject_id)
    return SubjectOut.of(subject if subject.deleted_at is None else changes.restore_subject(subject, person))


@router.put("/subjects/{uuid:subject_id}/prompts/{int:frame}", response=PromptOut)
def set_prompt(
    request: HttpRequest, subject_id: UUID, frame: Annotated[FrameIndex, Path()], body: PromptIn
) -> PromptOut:
    """Draw or replace an object's box on a frame: tracking starts anew from it."""
    subject = subjects_for(person_of(request)).select_related("video").get(pk=subject_id)
    if subject.video.state != Video.State.READY:
        raise Refusal(409, "not-ready", "This clip is not ready yet.")
    return PromptOut.of(changes.set_prompt(subject, frame, body.box, person_of(request)))


@router.post("/subjects/{uuid:subject_id}/prompts/{int:frame}", response=PromptOut)
def key_frame_here(request: HttpRequest, subject_id: UUID, frame: Annotated[FrameIndex, Path()]) -> PromptOut:
    """Make a key frame of the mask that is there: the box around it, for Track to go on from."""
    subject = subjects_for(person_of(request)).select_related("video").get(pk=subject_id)
    return PromptOut.of(prompt_from_mask(subject, frame, person_of(request)))


@router.delete("/subjects/{uuid:subject_id}/prompts/{int:frame}", response={204: None})
def remove_prompt(request: HttpRequest, subject_id: UUID, frame: Annotated[FrameIndex, Path()]) -> Status[None]:
    """Take an object's box of a frame away."""
    person = person_of(request)
    prompts = prompts_for(person).select_related("subject")
    changes.remove_prompt(prompts.get(subject_id=subject_id, frame=frame), person)
    return Status(204, None)


@router.put("/subjects/{uuid:subject_id}/masks/{int:frame}", response=MaskOut)
def draw_mask(request: HttpRequest, subject_id: UUID, frame: Annotated[FrameIndex, Path()], body: MaskIn) -> MaskOut:
    """Put a drawn mask in place of an object's own on a frame: a key frame, which no run overwrites."""
    subject = subjects_for(person_of(request)).select_related("video").get(pk=subject_id)
    if subject.video.state != Video.State.READY:
        raise Refusal(409, "not-ready", "This clip is not ready yet.")
    return _drawn(drawing.draw_mask(subject, frame, _drawing_of(body), person_of(request)), body)


@router.get("/videos/{uuid:video_id}/masks", openapi_extra=IN_MSGPACK)
def masks(
    request: HttpRequest, video_id: UUID, first: Annotated[FrameIndex, Query()], last: Annotated[FrameIndex, Query()]
) -> HttpResponse:
    """The masks of frames first to last, both included, at most 300, as msgpack {revision, masks}."""
    person = person_of(request)
    video = videos_for(person).get(pk=video_id)
    rows = Mask.objects.filter(subject__in=subjects_for(person).filter(video=video), frame__range=(first, last))
    return masks_answer(video, rows.order_by("frame", "subject_id").iterator(chunk_size=200), first, last)


def masks_answer(video: Video, rows: Iterable[Mask], first: int, last: int) -> HttpResponse:
    """These masks of frames first to last as msgpack. Raises Refusal for a range that is none, or too large."""
    if not first <= last < first + MOST_FRAMES:
        raise Refusal(422, "invalid", f"last: ask for 1 to {MOST_FRAMES} frames, from first to last.")
    found, size_bytes = [], 0
    for row in rows:
        size_bytes += len(row.counts)
        if size_bytes > MOST_MASK_BYTES:
            raise Refusal(413, "too-much", f"The masks of frames {first} to {last} are too large for one answer.")
        found.append(mask_item(row))
    return HttpResponse(pack({"revision": video.revision, "masks": found}), content_type=MSGPACK)


@router.get("/videos/{uuid:video_id}/changes", openapi_extra=IN_MSGPACK)
def list_changes(
    request: HttpRequest,
    video_id: UUID,
    after: Annotated[int, Query(ge=0, lt=2**63)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_ITEMS)] = 500,
    at: Annotated[str, Query(max_length=100)] = "",
) -> HttpResponse:
    """What changed after a revision, as msgpack {messages, revision, next}, the messages as the socket sends them.

    `next` is null when that is all; otherwise ask again with `at` set to it.
    """
    person = person_of(request)
    position = Position.parse(at) if at else Position(after)
    if position is None:
        raise Refusal(422, "invalid", "at: this is no place that an earlier answer gave.")
    batch = read(videos_for(person).get(pk=video_id), position, most_items=limit)
    messages = [*batch.jobs, batch.changes()]
    following = str(batch.position) if batch.more else None
    return HttpResponse(
        pack({"messages": messages, "revision": batch.settled, "next": following}), content_type=MSGPACK
    )


def _drawing_of(body: MaskIn) -> drawing.Drawn:
    return drawing.Drawn(*body.size, body.counts, body.tool or "")


def _drawn(mask: Mask, body: MaskIn) -> MaskOut:
    return MaskOut(
        subject_id=mask.subject_id,
        frame=mask.frame,
        size=body.size,
        counts=bytes(mask.counts).decode("ascii"),
        area=mask.area,
        score=mask.score,
        box=mask.rotated_box,
        state=mask.state,
        revision=mask.revision,
    )


def _lane(subject_id: UUID) -> list[tuple[int, int, int]]:
    rows = Mask.objects.filter(subject_id=subject_id).order_by("frame").values_list("frame", "score", "state")
    return [(frame, round(100 * score), state) for frame, score, state in rows.iterator(chunk_size=5000)]


def _runs(request: HttpRequest, video: Video) -> list[RunOut]:
    """The one that is not finished, if any; otherwise the latest."""
    runs = runs_for(person_of(request)).filter(video=video).select_related("job").defer("checkpoint", "prompts")
    found = runs.filter(job__state__in=Job.ACTIVE).first() or runs.first()
    return [RunOut.of(found)] if found is not None else []
