"""Time removes what was deleted, what nobody goes on with, and what no row speaks of; nothing else."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from studio.jobs import queue
from studio.jobs.models import Job
from studio.library import files, sweep, uploads
from studio.library.models import Upload, Video

from .conftest import tree

pytestmark = pytest.mark.django_db


def clip(owner: User, deleted_days_ago: float | None = None) -> Video:
    gone = None if deleted_days_ago is None else timezone.now() - timedelta(days=deleted_days_ago)
    video = Video.objects.create(owner=owner, title="a clip", state=Video.State.READY, deleted_at=gone)
    files.folder_of(video.id).mkdir(parents=True)
    (files.folder_of(video.id) / files.SOURCE).write_bytes(b"abc")
    return video


def aged(path: Path, days: float = 3) -> Path:
    when = time.time() - days * 24 * 3600
    os.utime(path, (when, when))
    return path


def test_a_clip_deleted_long_ago_goes_with_its_files_and_its_exports(ann: User, data_folder: Path, settings):
    settings.STUDIO_KEEP_DELETED_DAYS = 30
    kept, young, old = clip(ann), clip(ann, 29), clip(ann, 31)
    export = old.exports.create(job=queue.submit(ann.pk, old.id, Job.Kind.EXPORT), format="csv", of_revision=1)
    folder = data_folder / "exports" / str(export.id)
    folder.mkdir(parents=True)
    (folder / "x.csv").write_text("x")

    swept = sweep.sweep()

    assert swept == sweep.Swept(clips=1, uploads=0, orphans=0)
    assert set(Video.objects.all()) == {kept, young}
    assert tree(data_folder) == sorted(f"videos/{video.id}/source" for video in (kept, young))


def test_a_clip_somebody_still_works_on_waits(ann: User):
    video = clip(ann, 31)
    job = queue.submit(ann.pk, video.id, Job.Kind.RUN)
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING)

    assert sweep.sweep().clips == 0


def test_an_upload_nobody_goes_on_with_is_forgotten_and_a_clip_stays(ann: User, data_folder: Path, settings):
    settings.STUDIO_KEEP_UPLOADS_DAYS = 7
    stale, fresh, finished = (uploads.create(ann, 3, "a.mp4") for _ in range(3))
    uploads.append(finished, 0, [b"abc"])
    video = uploads.finish(finished)
    Upload.objects.exclude(pk=fresh.pk).update(touched=timezone.now() - timedelta(days=8))

    assert sweep.sweep().uploads == 2

    assert list(Upload.objects.all()) == [fresh]
    assert tree(data_folder) == sorted([f"uploads/{fresh.id}", f"videos/{video.id}/source"])
    assert Video.objects.filter(pk=video.pk).exists()
    assert stale.id != fresh.id


def test_files_without_a_row_go_when_they_are_old(ann: User, data_folder: Path):
    known = clip(ann)
    aged(files.folder_of(known.id))
    arriving = uploads.create(ann, 3, "a.mp4")
    aged(uploads.staged(arriving))
    renamed = uploads.create(ann, 3, "b.mp4")  # its file is in its place, its row still to come
    place = files.folder_of(renamed.id)
    place.mkdir()
    uploads.staged(renamed).rename(place / files.SOURCE)
    aged(place)
    orphans = [data_folder / "videos" / "00000000-0000-4000-8000-000000000000", data_folder / "uploads" / "left"]
    orphans[0].mkdir()
    (orphans[0] / files.SOURCE).write_bytes(b"x")
    orphans[1].write_bytes(b"x")

    assert sweep.sweep().orphans == 0  # too young: a row may be on its way
    assert [aged(orphan).exists() for orphan in orphans] == [True, True]
    assert sweep.sweep().orphans == 2

    assert [orphan.exists() for orphan in orphans] == [False, False]
    assert tree(data_folder) == sorted(
        [f"uploads/{arriving.id}", f"videos/{known.id}/source", f"videos/{renamed.id}/source"]
    )


def test_an_empty_studio_is_swept(db: None):
    assert sweep.sweep() == sweep.Swept(0, 0, 0)
