"""Clips that nobody opens go, with notice, by a clock that is given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User

from studio.jobs import queue
from studio.jobs.models import Job
from studio.library import clips
from studio.library.models import Video
from studio.library.retention import Kept, keep, look_after_unopened, note_opened
from studio.scenes.changes import add_subject
from studio.scenes.models import Step

pytestmark = pytest.mark.django_db

START = datetime(2026, 1, 1, tzinfo=UTC)


def on_day(days: float) -> datetime:
    return START + timedelta(days=days)


@pytest.fixture(autouse=True)
def sixty_days(settings) -> None:
    settings.STUDIO_KEEP_UNOPENED_DAYS, settings.STUDIO_NOTICE_DAYS = 60, 14


@pytest.fixture
def clip(ann: User) -> Video:
    return Video.objects.create(owner=ann, title="a clip", state=Video.State.READY, opened=START)


def test_a_clip_that_nobody_opens_is_marked_two_weeks_before_and_deleted_on_its_day(clip: Video):
    assert look_after_unopened(on_day(45.9)) == Kept(0, 0, 0)
    assert look_after_unopened(on_day(46.1)) == Kept(marked=1, kept=0, gone=0)
    clip.refresh_from_db()
    assert clip.goes_at == on_day(60.1)
    assert clip.row_revision == clip.revision == 1  # so that open library pages are told

    assert look_after_unopened(on_day(60)) == Kept(0, 0, 0)
    assert look_after_unopened(on_day(60.2)) == Kept(marked=0, kept=0, gone=1)
    clip.refresh_from_db()
    assert clip.deleted_at == on_day(60.2)

    clips.restore(clip)
    assert look_after_unopened(on_day(60.3)) == Kept(0, 0, 0)
    clip.refresh_from_db()
    assert (clip.deleted_at, clip.goes_at) == (None, None)


def test_there_is_always_all_of_the_notice_also_where_the_reaper_was_away(clip: Video):
    look_after_unopened(on_day(400))

    clip.refresh_from_db()
    assert clip.goes_at == on_day(414) and clip.deleted_at is None


@pytest.mark.parametrize("use", [keep, note_opened])
def test_opening_a_marked_clip_or_keeping_it_starts_its_time_anew(clip: Video, use):
    look_after_unopened(on_day(46.1))
    clip.refresh_from_db()

    use(clip)

    clip.refresh_from_db()
    assert clip.goes_at is None and clip.opened > on_day(46.1)
    assert look_after_unopened(clip.opened + timedelta(days=45)) == Kept(0, 0, 0)
    assert look_after_unopened(clip.opened + timedelta(days=46.1)).marked == 1


def test_a_clip_that_is_opened_again_and_again_is_written_to_once_an_hour(clip: Video):
    note_opened(clip)
    first = Video.objects.get(pk=clip.pk).opened
    note_opened(Video.objects.get(pk=clip.pk))

    assert first > on_day(1)
    assert Video.objects.get(pk=clip.pk).opened == first


def job_for(clip: Video, when: datetime) -> None:
    job = queue.submit(clip.owner_id, clip.id, Job.Kind.EXPORT)
    Job.objects.filter(pk=job.pk).update(created=when, state=Job.State.DONE)


def change_to(clip: Video, when: datetime) -> None:
    add_subject(clip)
    Step.objects.filter(video=clip).update(created=when)


@pytest.mark.parametrize("use", [job_for, change_to])
def test_a_job_and_a_change_are_use_and_take_the_mark_away(clip: Video, use):
    look_after_unopened(on_day(46.1))

    use(clip, on_day(50))

    assert look_after_unopened(on_day(60.2)) == Kept(marked=0, kept=1, gone=0)
    clip.refresh_from_db()
    assert clip.goes_at is None
    assert look_after_unopened(on_day(96.1)).marked == 1


def test_a_clip_with_unfinished_work_is_not_marked(clip: Video):
    job = queue.submit(clip.owner_id, clip.id, Job.Kind.EXPORT)
    Job.objects.filter(pk=job.pk).update(created=START)

    assert look_after_unopened(on_day(100)) == Kept(0, 0, 0)


def test_without_the_setting_nothing_goes_and_marks_are_taken_away(clip: Video, settings):
    look_after_unopened(on_day(46.1))
    settings.STUDIO_KEEP_UNOPENED_DAYS = 0

    assert look_after_unopened(on_day(100)) == Kept(marked=0, kept=1, gone=0)
    assert look_after_unopened(on_day(1000)) == Kept(0, 0, 0)
    clip.refresh_from_db()
    assert (clip.goes_at, clip.deleted_at) == (None, None)
