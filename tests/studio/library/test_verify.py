"""Rows and files are compared, and every difference is told; what is as it should be is no difference."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from studio.exports.models import Export
from studio.exports.service import making_folder
from studio.jobs import queue
from studio.jobs.lease import claim
from studio.jobs.models import Job
from studio.library import files, uploads
from studio.library.models import Video

from .conftest import Sender, taken_in

pytestmark = pytest.mark.django_db


def told(*options: str) -> list[str]:
    said = io.StringIO()
    try:
        call_command("verify_storage", *options, stdout=said)
    except CommandError as fault:
        assert fault.returncode == 1
    return said.getvalue().splitlines()


def made_export(video: Video, content: bytes) -> Export:
    job = queue.submit(video.owner_id, video.id, Job.Kind.EXPORT)
    Job.objects.filter(pk=job.pk).update(state=Job.State.DONE)
    export = Export.objects.create(
        job=job, video=video, format="csv", of_revision=1, file_name="a.csv", byte_size=3, sha256=ABC
    )
    (making_folder() / str(export.id)).mkdir(parents=True)
    ((making_folder() / str(export.id)) / "a.csv").write_bytes(content)
    return export


ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, of "abc"


def test_a_studio_at_rest_has_no_differences(sender: Sender, small_clip: bytes, ann: User):
    made_export(taken_in(sender.send(small_clip)), b"abc")
    uploads.create(ann, 10, "on-its-way.mp4")

    assert told("--sums") == ["0 differences."]


def test_a_clip_that_lacks_a_file_is_told_with_its_name(sender: Sender, small_clip: bytes):
    video = taken_in(sender.send(small_clip))
    (files.folder_of(video.id) / files.PROXY).unlink()
    (files.folder_of(video.id) / files.SOURCE).write_bytes(b"cut")

    assert told() == [
        f"clip {video.id} is ready and lacks proxy.mp4.",
        f"clip {video.id} has 3 bytes where its row says {len(small_clip)}.",
        "2 differences.",
    ]


def test_an_export_that_is_not_the_one_that_was_made_is_told(sender: Sender, small_clip: bytes):
    video = taken_in(sender.send(small_clip))
    gone, short, other = (made_export(video, content) for content in (b"abc", b"ab", b"abd"))
    ((making_folder() / str(gone.id)) / "a.csv").unlink()

    assert told() == [
        f"export {gone.id} lacks a.csv.",
        f"export {short.id} has 2 bytes where its row says 3.",
        "2 differences.",
    ]
    assert f"export {other.id} is not the file that was made: its sum differs." in told("--sums")


def test_files_without_a_row_and_an_upload_without_its_file_are_told(ann: User, data_folder: Path):
    upload = uploads.create(ann, 10, "a.mp4")
    uploads.staged(upload).unlink()
    for name in ("uploads/stray", "videos/stray", "exports/stray"):
        (data_folder / name).mkdir(parents=True)

    lines = told()

    assert lines[0] == f"upload {upload.id} has no file."
    assert [line.endswith("/stray belongs to no row.") for line in lines[1:4]] == [True] * 3
    assert lines[4:] == ["4 differences."]


def test_what_a_job_at_work_is_making_is_no_difference_and_what_a_killed_one_left_is(ann: User):
    video = Video.objects.create(owner=ann, title="a clip", sample=True)
    lease = claim(queue.submit(ann.pk, video.id, Job.Kind.INGEST).id)
    assert lease is not None
    making = files.folder_of(video.id) / f".making-{lease.token}"
    making.mkdir(parents=True)

    assert told() == ["0 differences."]
    lease.end(Job.State.FAILED)

    assert told() == [f"{making} was left by a job that is no longer at work.", "1 differences."]
