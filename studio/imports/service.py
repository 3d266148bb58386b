"""Asking for an import: take the file that was uploaded, have it read, and have what was found written."""

from __future__ import annotations

from pathlib import Path

from django.contrib.auth.models import User
from django.db import transaction

from studio.imports.kinds import KINDS
from studio.imports.models import Import
from studio.jobs.errors import WrongState
from studio.jobs.models import Job
from studio.jobs.queue import submit
from studio.jobs.revisions import hold
from studio.library import uploads
from studio.library.files import SOURCE, imports_folder
from studio.library.models import Upload, Video
from studio.scenes.errors import SceneFault

FILE = SOURCE  # as it was sent
SCENE = "scene.msgpack"  # as it was read


def folder_of(of: Import) -> Path:
    """An import's folder, which may not be there yet."""
    return imports_folder() / str(of.id)


def begin_import(video: Video, upload: Upload, person: User, kind: str = "") -> Import:
    """Take a whole upload for a clip and have it read; `kind` is one of KINDS, or empty to be found out.

    The file is put in its place first, then come the rows, in the upload's stead; may be repeated from any point.
    Raises SceneFault for a kind there is not or an upload that is meant to be a clip, a LibraryFault for one that is
    not whole.
    """
    _check_kind(kind)
    if upload.purpose != Upload.Purpose.IMPORT:
        raise SceneFault("not-for-import", "This upload is a clip; send the file again with the purpose import.")
    uploads.put_in_place(upload)
    with transaction.atomic():
        uploads.give_up_row(upload)
        taken = Import(id=upload.id, video=video, person=person, name=upload.name, byte_size=upload.length, kind=kind)
        taken.job = submit(video.owner_id, video.id, Job.Kind.IMPORT)
        taken.save(force_insert=True)
    return taken


def read_again(of: Import, kind: str) -> Import:
    """Read it as another kind of file. Raises WrongState while it is worked on or when it is written."""
    _check_kind(kind)
    with transaction.atomic():
        known = _free(of)
        known.step, known.kind, known.found = Import.Step.READ, kind, None
        known.job = submit(known.video.owner_id, known.video_id, Job.Kind.IMPORT)
        known.save(update_fields=["step", "kind", "found", "job"])
    return known


def write_import(of: Import, mode: str) -> Import:
    """Have what was found written into the scene. Raises WrongState when there is nothing to write."""
    with transaction.atomic():
        known = _free(of)
        if known.found is None:
            raise WrongState("this file has not been read, so there is nothing to import.")
        known.step, known.mode = Import.Step.WRITE, mode
        known.job = submit(known.video.owner_id, known.video_id, Job.Kind.IMPORT, total=_masks(known))
        known.save(update_fields=["step", "mode", "job"])
    return known


def _free(of: Import) -> Import:
    """The row, locked, when no job works on it and it is not written yet."""
    hold(of.video_id)  # before the row, as the worker that writes it does
    known = Import.objects.select_for_update(of=("self",)).select_related("job", "video").get(pk=of.pk)
    if known.job.state in Job.ACTIVE:
        raise WrongState("this file is still being worked on.")
    if known.written:
        raise WrongState("this file has been imported already; undo it, or send the file again.")
    return known


def _masks(of: Import) -> int:
    many = (of.found or {}).get("masks")
    return many if isinstance(many, int) else 0


def _check_kind(kind: str) -> None:
    if kind and kind not in KINDS:
        raise SceneFault("unknown-format", f"There is no import of {kind!r}; there are {', '.join(KINDS)}.")
