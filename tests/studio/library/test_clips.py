"""A clip as a whole: its name, its end and its return, each told to the pages that show it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from studio.jobs import queue
from studio.jobs.errors import WrongState
from studio.jobs.models import Job
from studio.library import clips
from studio.library.models import Video
from studio.library.settle import settle_ingests
from studio.live.feed import Position, read
from studio.live.library import LibraryView, changed_videos

pytestmark = pytest.mark.django_db


@pytest.fixture
def video(ann: User) -> Video:
    return Video.objects.create(owner=ann, title="a clip", state=Video.State.READY)


def told(video: Video, after: int) -> list[dict]:
    """What a page of the clip is told of its row."""
    video.refresh_from_db()
    return [item for item in read(video, Position(after)).items if item["kind"] == "video"]


def test_a_new_title_reaches_the_clips_pages_and_the_library(ann: User, video: Video):
    view = LibraryView(ann.pk)
    view.remember()

    clips.rename(video, "bees")

    assert [item["title"] for item in told(video, 0)] == ["bees"]
    assert [item["title"] for item in changed_videos(view)] == ["bees"]


def test_a_change_to_the_row_leaves_other_changes_of_it_alone(video: Video):
    stale = Video.objects.get(pk=video.pk)
    Video.objects.filter(pk=video.pk).update(frame_count=77)

    clips.rename(stale, "bees")

    video.refresh_from_db()
    assert (video.title, video.frame_count, video.revision, video.row_revision) == ("bees", 77, 1, 1)


def test_a_deleted_clip_is_gone_from_the_library_and_its_jobs_are_cancelled(ann: User, video: Video):
    view = LibraryView(ann.pk)
    view.remember()
    waiting = queue.submit(ann.pk, video.id, Job.Kind.RUN)
    running = queue.submit(ann.pk, video.id, Job.Kind.EXPORT)
    done = queue.submit(ann.pk, video.id, Job.Kind.EXPORT)
    Job.objects.filter(pk=running.pk).update(state=Job.State.RUNNING)
    Job.objects.filter(pk=done.pk).update(state=Job.State.DONE)

    clips.delete(video)

    assert [(item["id"], item["deleted"]) for item in changed_videos(view)] == [(str(video.id), True)]
    for job in (waiting, running, done):
        job.refresh_from_db()
    assert [waiting.state, running.state, done.state] == ["cancelled", "running", "done"]
    assert running.wanted == Job.Wanted.CANCEL  # its worker stops at its next look


def test_a_restored_clip_is_as_it_was(ann: User, video: Video):
    clips.delete(video)
    view = LibraryView(ann.pk)
    view.remember()

    clips.restore(video)

    assert [(item["id"], item["deleted"]) for item in changed_videos(view)] == [(str(video.id), False)]
    assert (video.state, video.deleted_at) == ("ready", None)
    assert not video.jobs.exists()


@pytest.mark.parametrize(("state", "jobs"), [("uploaded", 1), ("ingesting", 1), ("failed", 0), ("ready", 0)])
def test_only_a_clip_that_was_on_its_way_is_put_in_line_again(ann: User, video: Video, state: str, jobs: int):
    Video.objects.filter(pk=video.pk).update(state=state)
    video.refresh_from_db()
    clips.delete(video)

    clips.restore(video)

    assert video.jobs.filter(kind=Job.Kind.INGEST, state=Job.State.QUEUED).count() == jobs


def test_a_clip_restored_before_its_worker_looked_is_taken_in_by_that_worker(ann: User):
    video = Video.objects.create(owner=ann, title="new")
    job = queue.submit(ann.pk, video.id, Job.Kind.INGEST)
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING)

    clips.delete(video)
    clips.restore(video)

    job.refresh_from_db()
    assert (job.state, job.wanted) == ("running", "run")
    assert video.jobs.count() == 1


def test_a_sample_waits_to_be_drawn(ann: User):
    video = clips.make_sample(ann)

    assert (video.state, video.sample, video.owner) == ("uploaded", True, ann)
    assert video.jobs.get().state == Job.State.QUEUED


def test_a_clip_that_could_not_be_taken_in_is_tried_again(ann: User, video: Video):
    failed = queue.submit(ann.pk, video.id, Job.Kind.INGEST)
    Job.objects.filter(pk=failed.pk).update(state=Job.State.FAILED)
    Video.objects.filter(pk=video.pk).update(state=Video.State.FAILED, error_code="broken", error="It is broken.")

    clips.retry(video)

    video.refresh_from_db()
    assert (video.state, video.error, video.error_code) == (Video.State.UPLOADED, "", "")
    assert [job.state for job in video.jobs.order_by("created")] == [Job.State.FAILED, Job.State.QUEUED]
    assert settle_ingests() == 0


def test_only_a_clip_that_failed_is_tried_again(video: Video):
    with pytest.raises(WrongState):
        clips.retry(video)

    assert not video.jobs.exists()
