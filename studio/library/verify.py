"""Whether rows and files say the same: every difference is one line for the operator. Nothing is changed here."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from studio.jobs.models import Job
from studio.library.errors import UploadGone
from studio.library.files import (
    FILMSTRIP,
    PICTURES,
    POSTER,
    PROXY,
    SOURCE,
    TABLE,
    TIMES,
    folder_of,
    incoming,
    key_of,
    videos_folder,
)
from studio.library.models import Upload, Video
from studio.library.store import store
from studio.library.uploads import arrived, uploads_folder


def differences() -> Iterator[str]:
    """Clips that lack a file, unfinished uploads that lack theirs, and what lies there without a row."""
    yield from _clips()
    yield from _uploads()
    uploads = {str(upload) for upload in Upload.objects.values_list("id", flat=True)}
    clips = {str(video) for video in Video.objects.values_list("id", flat=True)}
    yield from unknown(uploads_folder(), uploads)
    yield from unknown(videos_folder(), clips | uploads)
    for video in Video.objects.values_list("id", flat=True):
        yield from left_behind(folder_of(video))


def unknown(folder: Path, known: Collection[str]) -> Iterator[str]:
    """What lies in a folder under a name that no row knows, folders that a killed job left included."""
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            if path.name not in known and not _is_being_made(path):
                yield f"{path} belongs to no row"


def left_behind(folder: Path) -> Iterator[str]:
    """Folders in which somebody made files and was killed; the next attempt removes them."""
    if folder.is_dir():
        for path in sorted(folder.glob(".making-*")):
            if not _is_being_made(path):
                yield f"{path} was left by a job that is no longer at work"


def _clips() -> Iterator[str]:
    for video in Video.objects.order_by("created"):
        if video.state == Video.State.READY:
            pictures = (PICTURES,) if video.form == Video.Form.IMAGES else (TABLE,)
            for name in (SOURCE, TIMES, PROXY, POSTER, FILMSTRIP, *pictures):
                if not store().has(key_of(video, name)):
                    yield f"clip {video.id} is ready and lacks {name}"
            source = key_of(video, SOURCE)
            if store().has(source) and (size := store().look(source).size) != video.byte_size:
                yield f"clip {video.id} has {size} bytes where its row says {video.byte_size}"
        elif not video.sample and not incoming(video.id).exists() and not store().has(key_of(video, SOURCE)):
            yield f"clip {video.id} lacks {SOURCE}"


def _uploads() -> Iterator[str]:
    for upload in Upload.objects.filter(video=None).order_by("created"):
        try:
            size = arrived(upload)
        except UploadGone:
            yield f"upload {upload.id} has no file"
            continue
        if size > upload.length:
            yield f"upload {upload.id} has {size} bytes where {upload.length} were announced"


def _is_being_made(path: Path) -> bool:
    """Whether a folder of making_folder() is that of a job at work: its name ends with the lease's token."""
    if not path.name.startswith(".making-"):
        return False
    tokens = Job.objects.filter(state=Job.State.RUNNING).values_list("lease_token", flat=True)
    return any(path.name.endswith(str(token)) for token in tokens)
