"""The only way from a person to rows: every view, consumer and API call starts at a queryset from here.

A stranger's row is not there: `.get()` raises DoesNotExist, which the edges answer with 404.
"""

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import QuerySet

from studio.accounts.models import ApiToken
from studio.exports.models import Backdrop, Export
from studio.imports.models import Import
from studio.jobs.models import Job
from studio.library.models import Upload, Video
from studio.runs.models import Run
from studio.scenes.models import Comment, Prompt, Subject, Version

Person = User | AnonymousUser


def videos_for(person: Person) -> QuerySet[Video]:
    """The person's clips that are not deleted."""
    return all_videos_for(person).filter(deleted_at=None)


def all_videos_for(person: Person) -> QuerySet[Video]:
    """The person's clips, deleted ones that can still be restored included."""
    return Video.objects.filter(owner_id=person.pk) if person.is_authenticated else Video.objects.none()


def uploads_for(person: Person) -> QuerySet[Upload]:
    """The person's uploads."""
    return Upload.objects.filter(owner_id=person.pk) if person.is_authenticated else Upload.objects.none()


def jobs_for(person: Person) -> QuerySet[Job]:
    """The person's jobs on clips that are not deleted."""
    if not person.is_authenticated:
        return Job.objects.none()
    return Job.objects.filter(owner_id=person.pk, video__deleted_at=None)


def tokens_for(person: Person) -> QuerySet[ApiToken]:
    """The person's API tokens."""
    return ApiToken.objects.filter(owner_id=person.pk) if person.is_authenticated else ApiToken.objects.none()


def all_subjects_for(person: Person) -> QuerySet[Subject]:
    """The objects of the person's clips, deleted ones that can still be restored included."""
    if not person.is_authenticated:
        return Subject.objects.none()
    return Subject.objects.filter(video__owner_id=person.pk, video__deleted_at=None)


def subjects_for(person: Person) -> QuerySet[Subject]:
    """The objects of the person's clips."""
    return all_subjects_for(person).filter(deleted_at=None)


def prompts_for(person: Person) -> QuerySet[Prompt]:
    """The key frames of the person's objects."""
    return Prompt.objects.filter(subject__in=subjects_for(person), deleted=False)


def versions_for(person: Person) -> QuerySet[Version]:
    """The versions of the person's objects."""
    return Version.objects.filter(subject__in=subjects_for(person))


def all_comments_for(person: Person) -> QuerySet[Comment]:
    """What was said about the person's clips, deleted remarks that can still be restored included."""
    if not person.is_authenticated:
        return Comment.objects.none()
    return Comment.objects.filter(video__owner_id=person.pk, video__deleted_at=None).select_related("person")


def comments_for(person: Person) -> QuerySet[Comment]:
    """What was said about the person's clips."""
    return all_comments_for(person).filter(deleted=False)


def runs_for(person: Person) -> QuerySet[Run]:
    """The runs over the person's clips."""
    if not person.is_authenticated:
        return Run.objects.none()
    return Run.objects.filter(video__owner_id=person.pk, video__deleted_at=None)


def exports_for(person: Person) -> QuerySet[Export]:
    """The files made of the person's clips."""
    if not person.is_authenticated:
        return Export.objects.none()
    return Export.objects.filter(video__owner_id=person.pk, video__deleted_at=None)


def backdrops_for(person: Person) -> QuerySet[Backdrop]:
    """The person's own pictures."""
    return Backdrop.objects.filter(owner_id=person.pk) if person.is_authenticated else Backdrop.objects.none()


def imports_for(person: Person) -> QuerySet[Import]:
    """The annotation files sent for the person's clips."""
    if not person.is_authenticated:
        return Import.objects.none()
    return Import.objects.filter(video__owner_id=person.pk, video__deleted_at=None)
