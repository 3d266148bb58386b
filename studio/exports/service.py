"""Asking for a file: what is wished is checked, written down as an export and its job, and put in line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from studio.exports import project
from studio.exports.kinds import ending_of, parse_wish
from studio.exports.models import Backdrop, Export
from studio.exports.names import file_name
from studio.exports.options import Options
from studio.exports.snapshot import chosen_subjects, masks_of, scene_revision
from studio.jobs.models import Job
from studio.jobs.queue import submit
from studio.library.files import export_key
from studio.library.models import Video
from studio.library.store import store
from studio.scenes.errors import SceneFault


def request_export(video: Video, format: str, options: Mapping[str, object]) -> Export:  # noqa: A002  the API's word
    """Have a file made of the clip's masks, or the one that was made of the same masks with the same options.

    Raises SceneFault for a format or an option there is not, for objects that are not in the clip, and where there is
    no mask to write.
    """
    wish = parse_wish(format, options, video.frame_count)
    check_content(video, format, wish)
    revision = scene_revision(video)
    same = _same(video, format, wish, revision)
    if same is not None:
        return same
    with transaction.atomic():
        job = submit(video.owner_id, video.id, Job.Kind.EXPORT, total=len(wish.frames(video.frame_count)))
        return Export.objects.create(job=job, video=video, format=format, options=wish.to_json(), of_revision=revision)


def making_folder() -> Path:
    """Where exports are made on this machine."""
    return Path(settings.STUDIO_DATA) / "exports"


def keeping() -> timedelta:
    """How long a file is kept; an export can always be made again."""
    return timedelta(days=settings.STUDIO_KEEP_EXPORTS_DAYS)


def name_of(video: Video, format: str, options: Options) -> str:  # noqa: A002
    """What the file is called that is made of this clip now."""
    return file_name(video.title, format, ending_of(format, options))


def check_content(video: Video, format: str, wish: Options) -> None:  # noqa: A002
    """Raise SceneFault unless what is chosen is there, and there is something to write."""
    if wish.picture and not Backdrop.objects.filter(owner_id=video.owner_id, pk=wish.picture).exists():
        raise SceneFault("no-such-picture", "There is no picture of yours with this id; send it again.")
    whole = format == project.name
    subjects = list(project.subjects_of(video, wish) if whole else chosen_subjects(video, wish))
    there = {subject.number for subject in subjects}
    missing = [number for number in wish.objects or () if number not in there]
    if missing:
        raise SceneFault("no-such-object", f"There is no object {missing[0]} in this clip.")
    if whole and not subjects:
        raise SceneFault("nothing-to-export", "There is no object in this clip yet: draw a box around something first.")
    if not whole and not masks_of(subjects, wish).exists():
        raise SceneFault("nothing-to-export", "There are no masks to write yet: track something first, or show it.")


def _same(video: Video, format: str, wish: Options, revision: int) -> Export | None:  # noqa: A002
    """An export that is there or on its way, which would not differ from a new one."""
    told, name = wish.to_json(), name_of(video, format, wish)
    made = Export.objects.filter(video=video, format=format, of_revision=revision).select_related("job")
    states = (Job.State.DONE, Job.State.QUEUED, Job.State.RUNNING)
    for export in made.filter(job__state__in=states, job__wanted=Job.Wanted.RUN):
        if export.options != told:
            continue
        if export.job.state != Job.State.DONE:
            return export
        if export.file_name == name and store().has(export_key(export.id, export.file_name, export.sha256)):
            return export
    return None
