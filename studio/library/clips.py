"""What a person does with a clip as a whole: name it, delete it, bring it back, ask for the sample."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from studio.announce import announce, library_group, video_group
from studio.jobs import queue
from studio.jobs.errors import AlreadyActive, WrongState
from studio.jobs.models import Job
from studio.jobs.revisions import next_revision
from studio.library.models import Video

SAMPLE_TITLE = "Ladybird (sample)"
UNFINISHED = (Video.State.UPLOADED, Video.State.INGESTING)


@contextmanager
def change(video: Video) -> Iterator[int]:
    """The transaction of a change to the clip's row; yields the revision it takes. Pages are told after the commit."""
    with transaction.atomic():
        yield next_revision(video.id)
        transaction.on_commit(lambda: tell_pages(video))


def tell_pages(video: Video) -> None:
    """Hint the clip's pages and its owner's library to look."""
    for group in (video_group(video.id), library_group(video.owner_id)):
        announce(group, {"type": "look", "video": str(video.id)})


def rename(video: Video, title: str) -> Video:
    """Give it another title."""
    with change(video) as revision:
        video.title, video.row_revision = title, revision
        video.save(update_fields=["title", "row_revision"])
    return video


def delete(video: Video) -> Video:
    """Take it away, so that it can still be restored; its unfinished jobs are cancelled."""
    with change(video) as revision:
        video.deleted_at, video.row_revision = timezone.now(), revision
        video.save(update_fields=["deleted_at", "row_revision"])
        for job in Job.objects.filter(video=video, state__in=Job.ACTIVE):
            with suppress(WrongState):  # it ended meanwhile
                queue.cancel(job)
    return video


def restore(video: Video) -> Video:
    """Undo delete. A clip that had not been taken in yet is put in line again; other jobs stay cancelled."""
    with change(video) as revision:
        video.deleted_at, video.goes_at, video.opened, video.row_revision = None, None, timezone.now(), revision
        video.save(update_fields=["deleted_at", "goes_at", "opened", "row_revision"])
        video.refresh_from_db()
        if video.state in UNFINISHED:
            take_in_again(video)
    return video


def take_in_again(video: Video) -> Job:
    """Have the clip's source read once more; an ingest that is being cancelled goes on instead."""
    try:
        return queue.submit(video.owner_id, video.id, Job.Kind.INGEST)
    except AlreadyActive:
        return queue.resume(Job.objects.get(video=video, kind=Job.Kind.INGEST, state__in=Job.ACTIVE))


def retry(video: Video) -> Video:
    """Try once more to take in a clip that could not be. Raises WrongState for one that did not fail."""
    with change(video) as revision:
        failed = Video.objects.filter(pk=video.pk, state=Video.State.FAILED)
        if not failed.update(state=Video.State.UPLOADED, error_code="", error="", row_revision=revision):
            raise WrongState("only a clip that could not be taken in is tried again.")
        video.refresh_from_db()
        take_in_again(video)
    return video


def make_sample(owner: User) -> Video:
    """A clip to try the studio with, which a worker draws and takes in like any other."""
    with transaction.atomic():
        video = Video.objects.create(owner=owner, title=SAMPLE_TITLE, sample=True)
        queue.submit(owner.pk, video.id, Job.Kind.INGEST)
    video.refresh_from_db()
    return video
