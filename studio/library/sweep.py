"""What time removes: clips deleted long ago, uploads nobody goes on with, files that no row speaks of."""

from __future__ import annotations

import shutil
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from studio.jobs.models import Job
from studio.jobs.revisions import hold
from studio.library.files import incoming, staging_folder
from studio.library.models import Upload, Video
from studio.library.store import store
from studio.library.uploads import discard, uploads_folder

logger = structlog.get_logger(__name__)

ORPHAN_AFTER_S = 24 * 3600  # a file without a row may be one whose row is still to come


@dataclass(frozen=True, slots=True)
class Swept:
    """How much was removed."""

    clips: int
    uploads: int
    orphans: int


def sweep() -> Swept:
    """Remove all that is due. Rows go before their files: a row never lacks its file, a file may outlive its row."""
    swept = Swept(_old_clips(), _stale_uploads(), _orphans())
    logger.info("swept", clips=swept.clips, uploads=swept.uploads, orphans=swept.orphans)
    return swept


def remove_orphans(folder: Path, known: Collection[str]) -> int:
    """Remove what has lain in a folder for long under a name that is not known; return how many."""
    if not folder.is_dir():
        return 0
    orphans = [path for path in folder.iterdir() if path.name not in known and _is_old(path)]
    for path in orphans:
        _remove(path)
    return len(orphans)


def remove_kept_orphans(key: str, known: Collection[str]) -> int:
    """The same of a folder of the store."""
    files, since = store(), time.time() - ORPHAN_AFTER_S
    orphans = [name for name, newest in files.folders(key) if name not in known and newest < since]
    for name in orphans:
        files.remove(f"{key}/{name}")
    return len(orphans)


def remove_files(video_id: UUID, export_ids: Iterable[str]) -> None:
    """Remove the files of a clip that has no row any more, and of exports of it."""
    _remove(incoming(video_id).parent)
    for folder in (f"videos/{video_id}", *(f"exports/{export}" for export in export_ids)):
        store().remove(folder)


def _old_clips() -> int:
    due = timezone.now() - timedelta(days=settings.STUDIO_KEEP_DELETED_DAYS)
    old = Video.objects.filter(deleted_at__lt=due).exclude(jobs__state=Job.State.RUNNING)
    removed = 0
    for video in old:
        exports = [str(export) for export in video.exports.values_list("id", flat=True)]
        with transaction.atomic():
            hold(video.pk)
            gone, _ = Video.objects.filter(pk=video.pk, deleted_at__lt=due).delete()
        if not gone:
            continue  # restored meanwhile
        remove_files(video.id, exports)
        removed += 1
        logger.info("clip removed for good", video=str(video.id))
    return removed


def _stale_uploads() -> int:
    due = timezone.now() - timedelta(days=settings.STUDIO_KEEP_UPLOADS_DAYS)
    removed = 0
    for upload in Upload.objects.filter(touched__lt=due):
        discard(upload)
        removed += 1
    return removed


def _orphans() -> int:
    uploads = {str(upload) for upload in Upload.objects.values_list("id", flat=True)}
    clips = {str(video) for video in Video.objects.values_list("id", flat=True)}
    # an upload whose file is in its place already is about to become a clip
    known = clips | uploads
    removed = remove_orphans(uploads_folder(), uploads) + remove_orphans(staging_folder() / "videos", known)
    return removed + (remove_kept_orphans("videos", known) if store().editions else 0)


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > ORPHAN_AFTER_S
    except FileNotFoundError:  # it was finished or discarded while we looked
        return False


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
