"""Forgetting a person: their rows, their files, their sessions. Rows go first: a row never lacks its file."""

from __future__ import annotations

import shutil

import structlog
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import transaction

from studio.accounts.models import SignInAttempt
from studio.exports.backdrops import path_of
from studio.exports.models import Backdrop, Export
from studio.imports.models import Import
from studio.imports.service import folder_of as folder_of_import
from studio.library.models import Upload, Video
from studio.library.sweep import remove_files
from studio.library.uploads import place_of, staged

logger = structlog.get_logger(__name__)


def forget(person: User) -> None:
    """Delete the person and all that is theirs. A worker that is at it loses its job at its next write."""
    key, name = person.pk, person.get_username()
    clips = {video: [str(export) for export in _exports(video)] for video in _clips(key)}
    uploads = list(Upload.objects.filter(owner=person, video=None))
    pictures = list(Backdrop.objects.filter(owner=person).values_list("id", flat=True))
    imports = list(Import.objects.filter(video__owner=person))
    with transaction.atomic():
        for session in Session.objects.all().iterator():
            if session.get_decoded().get(SESSION_KEY) == str(key):
                session.delete()
        SignInAttempt.objects.filter(name=name.lower()).delete()
        person.delete()
    for video, exports in clips.items():
        remove_files(video.id, exports)
    for upload in uploads:
        staged(upload).unlink(missing_ok=True)
        shutil.rmtree(place_of(upload).parent, ignore_errors=True)  # where one was killed that put it there
    for picture in pictures:
        path_of(str(picture)).unlink(missing_ok=True)
    for taken in imports:
        shutil.rmtree(folder_of_import(taken), ignore_errors=True)
    logger.info("person forgotten", person=key, clips=len(clips), uploads=len(uploads))


def _clips(owner_id: int) -> list[Video]:
    return list(Video.objects.filter(owner_id=owner_id))


def _exports(video: Video) -> list[object]:
    return list(Export.objects.filter(video=video).values_list("id", flat=True))
