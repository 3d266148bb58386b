"""What the feed says of a row: an item of a `changes` message."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from studio.jobs.models import Job
from studio.library.models import Video
from studio.live.shapes import CommentOut, PromptOut, StepOut, SubjectOut, VideoOut
from studio.scenes.models import Comment, Mask, Prompt, Removal, Step, Subject


def mask_item(mask: Mask) -> dict[str, object]:
    """A mask as the page draws it: COCO run lengths, column by column, of the upright picture."""
    return {
        "kind": "mask",
        "subject": str(mask.subject_id),
        "frame": mask.frame,
        "counts": bytes(mask.counts),
        "score": mask.score,
        "box": mask.rotated_box,
        "state": mask.state,
        "revision": mask.revision,
    }


def removal_item(removal: Removal) -> dict[str, object]:
    """Masks of an object that are no more, from frame first to last."""
    return {
        "kind": "masks_removed",
        "subject": str(removal.subject_id),
        "first": removal.first,
        "last": removal.last,
    }


def subject_item(subject: Subject) -> dict[str, object]:
    """An object that is new, changed or gone."""
    deleted = subject.deleted_at is not None
    return {"kind": "subject", **SubjectOut.of(subject).model_dump(mode="json"), "deleted": deleted}


def prompt_item(prompt: Prompt) -> dict[str, object]:
    """A box that is new, changed or gone."""
    return {"kind": "prompt", **PromptOut.of(prompt).model_dump(mode="json"), "deleted": prompt.deleted}


def step_item(step: Step, after: int) -> dict[str, object]:
    """A step that is new, undone or redone. `after` is the one before it, or 0: any known between the two are gone."""
    return {"kind": "step", "step": StepOut.of(step).model_dump(mode="json"), "after": after}


def comment_item(comment: Comment) -> dict[str, object]:
    """A remark that is new, changed or gone."""
    return {"kind": "comment", **CommentOut.of(comment).model_dump(mode="json"), "deleted": comment.deleted}


def video_item(video: Video, ingest: Job | None) -> dict[str, object]:
    """A clip that is new, changed or gone."""
    deleted = video.deleted_at is not None
    return {"kind": "video", **VideoOut.of(video, ingest).model_dump(mode="json"), "deleted": deleted}


def ingests_of(videos: Iterable[Video]) -> dict[UUID, Job]:
    """The newest ingest job of each clip that is not ready."""
    waiting = [video.id for video in videos if video.state != Video.State.READY]
    if not waiting:
        return {}
    jobs = Job.objects.filter(video_id__in=waiting, kind=Job.Kind.INGEST).order_by("created")
    return {job.video_id: job for job in jobs}
