"""The project file: everything of a scene but the film, to be imported again without loss. docs/project-file.md."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import groupby
from uuid import UUID

from django.apps import apps
from django.db.models import QuerySet

from studio.exports.options import Options
from studio.exports.target import Target
from studio.library.models import Video
from studio.scenes.models import Mask, Prompt, Subject

name = "project"
title = "Project file"
sentence = (
    "Everything of this scene but the film: objects, boxes, masks, states, scores. Import it again, here or elsewhere."
)
lossy: tuple[str, ...] = ()
frame_base = 0
checked_with = "the studio's own import: equal in every field"
options = frozenset({"objects"})

FORMAT, VERSION = "siammask-studio-project", 1
_ROWS_AT_ONCE = 500


def subjects_of(video: Video, wish: Options) -> QuerySet[Subject]:
    """The objects of a project file: all that are not deleted, hidden ones too, or those that are named."""
    subjects = Subject.objects.filter(video=video, deleted_at=None)
    return subjects if wish.objects is None else subjects.filter(number__in=wish.objects)


def write(
    video: Video,
    rate: Fraction,
    subjects: list[Subject],
    target: Target,
    tick: Callable[[float], None],
    facts: Mapping[str, object],
) -> None:
    """masks/<number>.jsonl for each object, then manifest.json.

    rate is the clip's frames a second, the average where it varies; `facts` are the source's and the weights'.
    """
    used: dict[UUID, int] = {}  # runs that masks came from, in the order they are met
    counts = dict.fromkeys((subject.number for subject in subjects), 0)
    every = video.frame_count / max(Mask.objects.filter(subject__in=subjects).count(), 1)
    for number, rows in groupby(_masks(subjects), key=lambda row: row.subject.number):
        with target.text(f"masks/{number}.jsonl") as file:
            for row in rows:
                file.write(json.dumps(_mask(row, used), separators=(",", ":")) + "\n")
                counts[number] += 1
                tick(every)
    prompts = Prompt.objects.filter(subject__in=subjects, deleted=False).order_by("subject__number", "frame")
    target.add_json(
        "manifest.json",
        {
            "format": FORMAT,
            "version": VERSION,
            **facts,
            "clip": {
                "width": video.width,
                "height": video.height,
                "frame_count": video.frame_count,
                "fps": f"{rate.numerator}/{rate.denominator}",
            },
            "objects": [
                {
                    "number": subject.number,
                    "name": subject.name,
                    "color": subject.color,
                    "visible": subject.visible,
                    "masks": counts[subject.number],
                }
                for subject in subjects
            ],
            "prompts": [
                {"object": prompt.subject.number, "frame": prompt.frame, "box": list(prompt.box)}
                for prompt in prompts.select_related("subject")
            ],
            "runs": _runs(used, {str(subject.id): subject.number for subject in subjects}),
        },
    )


def _masks(subjects: list[Subject]) -> Iterator[Mask]:
    """One statement reads them all, so they are of one moment."""
    rows = Mask.objects.filter(subject__in=subjects).select_related("subject").order_by("subject__number", "frame")
    return rows.iterator(chunk_size=_ROWS_AT_ONCE)


def _mask(row: Mask, used: dict[UUID, int]) -> Mapping[str, object]:
    run = None if row.run_id is None else used.setdefault(row.run_id, len(used))
    return {
        "frame": row.frame,
        "state": Mask.State(row.state).label,
        "score": row.score,
        "box": row.rotated_box,
        "counts": bytes(row.counts).decode("ascii"),
        "run": run,
    }


def _runs(used: Mapping[UUID, int], numbers: Mapping[str, int]) -> list[Mapping[str, object]]:
    """What is known of the runs that masks came from, in the order of their places."""
    runs = apps.get_model("runs", "Run")._default_manager  # runs and exports stand side by side and import neither
    known = {run.pk: run for run in runs.filter(pk__in=list(used)).defer("checkpoint", "prompts")}
    told: list[Mapping[str, object]] = []
    for key in used:
        run = known.get(key)
        about = {} if run is None else {
            "weights": run.weights,
            "profile": run.profile,
            "direction": run.direction,
            "first_frame": run.first_frame,
            "last_frame": run.last_frame,
            "objects": [numbers[subject] for subject in run.subjects if subject in numbers],
            "created": run.created.isoformat(),
        }  # fmt: skip
        told.append({"id": str(key), **about})
    return told
