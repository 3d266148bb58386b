"""A person may use so much and no more; who is over it is told both numbers, before anything is begun."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from studio.accounts.models import Allowance
from studio.jobs import queue
from studio.jobs.errors import JobFault
from studio.jobs.models import Job, Spent
from studio.library import uploads
from studio.library.models import Video
from studio.library.quota import check_run, usage_of

from .conftest import Sender

pytestmark = pytest.mark.django_db

GIB = 1024**3


def test_without_a_limit_nobody_is_refused(ann: User):
    Video.objects.create(owner=ann, title="a clip", byte_size=1000 * GIB)

    uploads.create(ann, 10, "a.mp4")
    check_run(ann.pk, 10**9)


def test_bytes_are_those_of_clips_exports_and_uploads_and_one_persons_only(ann: User, bob: User):
    for owner in (ann, bob):
        video = Video.objects.create(owner=owner, title="a clip", byte_size=1000, deleted_at=timezone.now())
        for size in (100, 10):
            job = queue.submit(owner.pk, video.id, Job.Kind.EXPORT)
            video.exports.create(job=job, format="csv", of_revision=1, byte_size=size)
    uploads.create(ann, 7, "a.mp4")

    assert (usage_of(ann.pk).bytes, usage_of(bob.pk).bytes) == (1117, 1110)


def test_an_upload_that_is_too_much_is_refused_with_the_numbers(sender: Sender, ann: User, settings):
    settings.STUDIO_QUOTA_BYTES = 2 * GIB
    Video.objects.create(owner=ann, title="a clip", byte_size=GIB)

    fits, refused = sender.begin(GIB // 2), sender.begin(GIB // 2 + 1)

    assert (fits.status_code, refused.status_code, refused.json()["code"]) == (201, 413, "quota-bytes")
    assert "You keep 1.50 GB of the 2.00 GB you may keep, and this has 0.50 GB" in refused.json()["message"]


def test_one_person_may_be_given_more_or_less_than_everybody(ann: User, bob: User, settings):
    settings.STUDIO_QUOTA_FRAMES = 100
    Allowance.objects.create(owner=ann, frames=1000)

    check_run(ann.pk, 1000)
    with pytest.raises(JobFault, match="more than the 100"):
        check_run(bob.pk, 101)


def test_masks_that_runs_have_still_to_make_count(ann: User, settings):
    settings.STUDIO_QUOTA_FRAMES = 100
    job = queue.submit(ann.pk, Video.objects.create(owner=ann, title="a clip").id, Job.Kind.RUN, total=90)
    Job.objects.filter(pk=job.pk).update(done=40)

    check_run(ann.pk, 50)
    with pytest.raises(JobFault) as fault:
        check_run(ann.pk, 51)
    assert fault.value.code == "quota-frames"
    assert "This run has 51 masks to make and your others 50, more than the 100" in fault.value.message
    Job.objects.filter(pk=job.pk).update(state=Job.State.CANCELLED)
    check_run(ann.pk, 100)


@pytest.mark.parametrize(("days_ago", "setting", "when"), [(0, "DAY", "today"), (0, "MONTH", "this month")])
def test_minutes_of_tracking_are_used_up(ann: User, settings, days_ago: int, setting: str, when: str):
    setattr(settings, f"STUDIO_QUOTA_MINUTES_{setting}", 5.0)
    day = timezone.now().date()
    spent = Spent.objects.create(owner=ann, day=day, kind=Job.Kind.RUN, seconds=299)
    Spent.objects.create(owner=ann, day=day, kind=Job.Kind.EXPORT, seconds=10_000)
    Spent.objects.create(owner=ann, day=day - timedelta(days=40), kind=Job.Kind.RUN, seconds=10_000)
    check_run(ann.pk, 10)

    Spent.objects.filter(pk=spent.pk).update(seconds=300)

    with pytest.raises(JobFault, match=f"You have used 5 of your 5 minutes of tracking {when}"):
        check_run(ann.pk, 10)


def test_programs_and_the_account_page_are_told(ann: User, as_person: Callable[[User], Client], settings):
    settings.STUDIO_QUOTA_BYTES = 2 * GIB
    Video.objects.create(owner=ann, title="a clip", byte_size=GIB)

    usage = as_person(ann).get("/api/me").json()["usage"]
    page = as_person(ann).get("/account").content.decode()

    assert (usage["bytes"], usage["most_bytes"], usage["most_frames"]) == (GIB, 2 * GIB, None)
    assert f'<meter min="0" max="{2 * GIB}" value="{GIB}" aria-label="Disk">' in page
    assert "0.0 minutes" in page
