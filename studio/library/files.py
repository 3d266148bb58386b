"""What a clip's files are called, and where they are: `videos/<id>/` in the store, under names of ours.

The row is READY only when all are there. In a store with editions, what an ingest makes has a folder more,
`videos/<id>/<edition>/`, which the row names; the source has none.
"""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

from django.conf import settings

from studio.library.errors import NotFound
from studio.library.models import Video
from studio.library.store import store
from studio.media.confined import ConfinedPictures

SOURCE = "source"  # as it was sent, a film or a zip of pictures
PICTURES = "frames"  # the zip's pictures, unpacked
TABLE = "frames.npz"
TIMES = "proxy.json"
PROXY = "proxy.mp4"
POSTER = "poster.jpg"
FILMSTRIP = "filmstrip.jpg"
SHOWN = (PROXY, POSTER, FILMSTRIP)  # what a browser is given


def staging_folder() -> Path:
    """Where files come in: uploads, and sources until they are taken in. All web and media processes share it."""
    return Path(settings.STUDIO_STAGING or settings.STUDIO_DATA)


def incoming(video_id: UUID) -> Path:
    """Where a source waits to be taken in; in the data folder it stays there."""
    return staging_folder() / "videos" / str(video_id) / SOURCE


def imports_folder() -> Path:
    """Where annotation files are kept that were sent for a clip, each in a folder of its upload's id."""
    return staging_folder() / "imports"


def videos_folder() -> Path:
    """The folder of all clips' folders on this machine."""
    return Path(settings.STUDIO_DATA) / "videos"


def folder_of(video_id: UUID) -> Path:
    """A clip's folder on this machine, which may not be there yet."""
    return videos_folder() / str(video_id)


def key_of(video: Video, name: str) -> str:
    """What the store calls one of the clip's files."""
    return key(video.id, "" if name == SOURCE else video.edition, name)


def key(video_id: UUID, edition: str, name: str) -> str:
    """What the store calls a file of an edition."""
    return f"videos/{video_id}/{edition}/{name}" if edition else f"videos/{video_id}/{name}"


def export_key(export_id: UUID, file_name: str, sha256: str) -> str:
    """What the store calls an export's file; where each attempt is kept apart, by its content."""
    return f"exports/{export_id}/{sha256 if store().editions else file_name}"


def media_url(video: Video, name: str) -> str:
    """The address of one of SHOWN; another one when the file is another, so that a browser may keep what it has."""
    address = f"/media/videos/{video.id}/{name}"
    try:
        return f"{address}?v={video.edition or store().look(key_of(video, name)).edition}"
    except NotFound:
        return address


def source_of(video: Video) -> Path:
    """The clip as it was sent, on this machine's disk. Raises NoSuchFile or StoreAway."""
    waiting = incoming(video.id)
    return waiting if waiting.exists() else store().local(key_of(video, SOURCE))


def clip_files(video: Video) -> tuple[Path, Path | None]:
    """The clip as it was sent, on this machine's disk: a film and its frame table, or a folder of pictures and None.

    A stranger's bytes: to be opened by a child only. Raises a MediaError.
    """
    if video.form == Video.Form.IMAGES:
        return store().local(key_of(video, PICTURES)), None
    return source_of(video), store().local(key_of(video, TABLE))


def open_confined(video: Video) -> ConfinedPictures:
    """The clip's pictures, decoded in a child with limits. Raises a MediaError."""
    source, table = clip_files(video)
    return ConfinedPictures(source, table=table, max_pixels=settings.STUDIO_MAX_PIXELS)


def proxy_times(video: Video) -> dict[str, object]:
    """When the proxy shows each frame: {"time_base": "1/15360", "pts": [0, 512, ...]}. Raises NoSuchFile."""
    times: dict[str, object] = json.loads(store().local(key_of(video, TIMES)).read_text())
    return times
