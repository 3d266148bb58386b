"""Masks to put into a scene, and a look at all there is in one."""

from studio.library.models import Video
from studio.scenes.models import Mask, Prompt, Subject

State = tuple[object, ...]


def scene_of(video: Video) -> State:
    """Everything that can be undone, as values."""
    subjects = Subject.objects.filter(video=video, deleted_at=None)
    prompts = Prompt.objects.filter(subject__in=subjects, deleted=False).order_by("subject", "frame")
    masks = Mask.objects.filter(subject__in=subjects).order_by("subject", "frame")
    return (
        [(subject.number, subject.name, subject.color) for subject in subjects],
        [(prompt.subject_id, prompt.frame, prompt.box) for prompt in prompts],
        [
            (mask.subject_id, mask.frame, bytes(mask.counts), mask.area, mask.score, mask.state, mask.rotated_box)
            for mask in masks
        ],
    )


def mask_at(subject: Subject, frame: int, counts: bytes = b"01", state: int = Mask.State.TRACKED) -> Mask:
    """An unsaved mask."""
    return Mask(
        subject=subject, frame=frame, counts=counts, area=len(counts), score=0.5, rotated_box=[0.0] * 8, state=state
    )
