"""Exports go when their time is over, their row first; a folder without a row goes too."""

import os
import time
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from studio.exports.models import Export
from studio.exports.service import making_folder
from studio.exports.sweep import sweep_exports
from studio.jobs.models import Job
from studio.library.models import Video

pytestmark = pytest.mark.django_db


def export_of(video: Video, state: str, days: int) -> Export:
    job = Job.objects.create(owner=video.owner, video=video, kind="export", queue="media", state=state)
    export = Export.objects.create(job=job, video=video, format="csv", of_revision=1, file_name="a.zip")
    Export.objects.filter(pk=export.pk).update(created=timezone.now() - timedelta(days=days))
    (making_folder() / str(export.id)).mkdir(parents=True)
    ((making_folder() / str(export.id)) / "a.zip").write_bytes(b"zip")
    return export


def test_old_exports_go_with_their_files_and_others_stay(ann: User, settings):
    settings.STUDIO_KEEP_EXPORTS_DAYS = 3
    video = Video.objects.create(owner=ann, title="a clip")
    old = export_of(video, "done", 4)
    young = export_of(video, "done", 2)
    working = export_of(video, "running", 4)

    sweep_exports()

    assert set(Export.objects.all()) == {young, working}
    assert [(making_folder() / str(export.id)).exists() for export in (old, young, working)] == [False, True, True]


def test_what_a_killed_worker_left_goes_after_a_day(ann: User):
    export = export_of(Video.objects.create(owner=ann, title="a clip"), "done", 1)
    exports = (making_folder() / str(export.id)).parent
    long_ago = time.time() - 2 * 24 * 3600
    for name in (".making-old", ".making-new"):
        (exports / name).mkdir()
    os.utime(exports / ".making-old", (long_ago, long_ago))
    os.utime((making_folder() / str(export.id)), (long_ago, long_ago))

    sweep_exports()

    left = {path.name for path in exports.iterdir()}
    assert ".making-old" not in left
    assert {".making-new", str(export.id)} <= left
