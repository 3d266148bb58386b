"""Files on their way in. How much has arrived is the size of the staged file; the bytes outlive every process.

A piece is written under the file's own lock, in which its offset is checked. The last byte makes a clip of it: the file
is synced and renamed to its place first, then come the rows, then the job. The clip has the upload's id, so that
whoever finds the file in its place without a row can go on from there.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from studio.jobs import queue
from studio.jobs.models import Job
from studio.library import disk
from studio.library.errors import BadLength, NoRoom, TooLargeUpload, TooManyUploads, UploadGone, WrongOffset
from studio.library.files import SOURCE, imports_folder, incoming, staging_folder
from studio.library.models import Upload, Video
from studio.library.names import clean_name, is_zip
from studio.library.quota import check_bytes

logger = structlog.get_logger(__name__)

MOST_PIECE_BYTES = 8 * 1024**2  # of one request's body; servers in front keep it on disk until it is whole
MOST_UNFINISHED = 50  # a person
_FULL = (errno.ENOSPC, errno.EDQUOT)


def uploads_folder() -> Path:
    """The folder of all staged files; on the disk of the clips, so that a rename is enough."""
    return staging_folder() / "uploads"


def staged(upload: Upload) -> Path:
    """Where an upload's bytes are until it is whole."""
    return uploads_folder() / str(upload.id)


def place_of(upload: Upload) -> Path:
    """Where its file is once it is whole: that of the clip or of the import it becomes, which has its id."""
    return incoming(upload.id) if upload.purpose == Upload.Purpose.CLIP else imports_folder() / str(upload.id) / SOURCE


def create(owner: User, length: int, name: str, purpose: str = Upload.Purpose.CLIP) -> Upload:
    """Begin an upload of so many bytes. Raises a LibraryFault when it is too large or there is no room for it."""
    if length <= 0:
        raise BadLength(f"A file of {length} bytes holds no clip.")
    most = settings.STUDIO_MAX_IMPORT_BYTES if purpose == Upload.Purpose.IMPORT else settings.STUDIO_MAX_BYTES
    if length > most:
        raise TooLargeUpload(f"This file has {_gigabytes(length)}, more than the {_gigabytes(most)} that are allowed.")
    if Upload.objects.filter(owner=owner, video=None).count() >= MOST_UNFINISHED:
        raise TooManyUploads(f"You have {MOST_UNFINISHED} unfinished uploads; finish or discard one first.")
    check_bytes(owner, length)
    disk.make_folder(uploads_folder())
    _check_room(length)
    title = clean_name(name)
    form = Video.Form.IMAGES if is_zip(title) else Video.Form.FILM
    upload = Upload(owner=owner, length=length, name=title, form=form, purpose=purpose)
    with _full_disk_named():
        staged(upload).touch(exist_ok=False)
        disk.sync_folder(uploads_folder())
    upload.save(force_insert=True)
    return upload


def arrived(upload: Upload) -> int:
    """How many bytes of it are here to stay. Raises UploadGone."""
    if upload.video_id is not None:
        return upload.length
    for path in (staged(upload), place_of(upload)):
        try:
            return path.stat().st_size
        except FileNotFoundError:
            continue
    raise UploadGone("There is nothing left of this upload; begin it again.")


def append(upload: Upload, offset: int, pieces: Iterable[bytes]) -> int:
    """Write what comes next and return how much has arrived; when it returns, the bytes survive a power cut.

    Raises WrongOffset unless the file has exactly `offset` bytes, and NoRoom or TooLargeUpload on the way; what was
    written until then stays.
    """
    with _locked(upload) as file:
        size = file.seek(0, os.SEEK_END)
        if size != offset:
            raise WrongOffset(f"This upload has {size} bytes so far; a piece at {offset} does not fit.")
        _check_room(0)
        with _full_disk_named():
            for piece in pieces:
                if size + len(piece) > upload.length:
                    raise TooLargeUpload(f"This upload was announced with {upload.length} bytes, and more have come.")
                size += _write(file, piece)
            os.fsync(file.fileno())
    Upload.objects.filter(pk=upload.pk).update(touched=timezone.now())
    return size


def finish(upload: Upload) -> Video:
    """Make a clip of an upload that is whole: file first, rows second, job last. May be repeated from any point."""
    if upload.video_id is None:
        put_in_place(upload)
    with transaction.atomic():
        known = Upload.objects.select_for_update(of=("self",)).select_related("video").get(pk=upload.pk)
        if known.video is not None:
            return known.video
        video = Video.objects.create(
            id=upload.id, owner_id=upload.owner_id, title=upload.name, form=upload.form, byte_size=upload.length
        )
        known.video = video
        known.save(update_fields=["video"])
        queue.submit(upload.owner_id, video.id, Job.Kind.INGEST)
    upload.video = video
    logger.info("upload finished", video=str(video.id), bytes=upload.length)
    return video


def put_in_place(upload: Upload) -> None:
    """Move the file of a whole upload to its place, on the same disk, or leave it there: may be repeated.

    Whoever is killed after it leaves a row whose file is in its place, and the next to ask goes on from there. Raises
    WrongOffset while it is not whole, UploadGone.
    """
    place = place_of(upload)
    if place.exists():
        return
    with _locked(upload) as file:
        size = file.seek(0, os.SEEK_END)
        if size != upload.length:
            raise WrongOffset(f"This upload has {size} bytes so far, of {upload.length}; it is not whole yet.")
        os.fsync(file.fileno())
        disk.make_folder(place.parent)
        staged(upload).rename(place)
        disk.sync_folder(place.parent)
        disk.sync_folder(uploads_folder())


def give_up_row(upload: Upload) -> None:
    """Delete the row of an upload that becomes something else, in that one's transaction: of many one succeeds.

    Raises UploadGone.
    """
    if not Upload.objects.select_for_update().filter(pk=upload.pk).exists():
        raise UploadGone("There is nothing left of this upload; it was taken meanwhile.")
    Upload.objects.filter(pk=upload.pk).delete()


def discard(upload: Upload) -> None:
    """Forget an upload and what arrived of it; a clip that it became stays.

    The row goes first: whoever is killed in between leaves a file without a row, which is swept.
    """
    if upload.video_id is not None:
        upload.delete()
        return
    path = staged(upload)
    try:
        with _locked(upload):
            upload.delete()
            path.unlink()
    except UploadGone:
        logger.info("upload had no file", upload=str(upload.id))
        upload.delete()


@contextmanager
def _locked(upload: Upload) -> Iterator[FileIO]:
    """The staged file, held by nobody else. Raises UploadGone, also when it went while we waited."""
    path = staged(upload)
    try:
        file = FileIO(path, "r+")
    except FileNotFoundError as fault:
        raise UploadGone("There is nothing left of this upload; begin it again.") from fault
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)  # ends with the descriptor, however this process ends
        try:
            same = path.stat().st_ino == os.fstat(file.fileno()).st_ino
        except FileNotFoundError:
            same = False
        if not same:
            raise UploadGone("There is nothing left of this upload; it was finished or discarded meanwhile.")
        yield file


def _check_room(more_bytes: int) -> None:
    free = disk.free_bytes(uploads_folder())
    if free - more_bytes < disk.LEAST_FREE_BYTES:
        raise NoRoom(
            f"The server has {_gigabytes(free)} of disk left, which is not enough for this; tell its operator."
        )


def _write(file: FileIO, piece: bytes) -> int:
    """Write all of a piece; a disk that fills up takes a part of it and refuses the rest."""
    left = memoryview(piece)
    while left:
        left = left[file.write(left) :]
    return len(piece)


@contextmanager
def _full_disk_named() -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        if fault.errno not in _FULL:
            raise
        raise NoRoom("The server's disk is full. Go on with the upload when there is room again.") from fault


def _gigabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1024**3:.1f} GB"
