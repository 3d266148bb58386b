"""Where a clip's files are: STUDIO_DATA/videos/<id>/, under names of ours. The row is READY only when all are there."""

from __future__ import annotations

import json
import os
from pathlib import Path
from uuid import UUID

from django.conf import settings

from studio.library.models import Video
from studio.media.clip import Clip
from studio.media.errors import NoSuchFile
from studio.media.frame_table import FrameTable
from studio.media.reader import open_clip

SOURCE = "source"  # as it was sent, a film or a zip of pictures
PICTURES = "frames"  # the zip's pictures, unpacked
TABLE = "frames.npz"
TIMES = "proxy.json"
PROXY = "proxy.mp4"
POSTER = "poster.jpg"
FILMSTRIP = "filmstrip.jpg"
SHOWN = (PROXY, POSTER, FILMSTRIP)  # what a browser is given


def videos_folder() -> Path:
    """The folder of all clips' folders."""
    return Path(settings.STUDIO_DATA) / "videos"


def folder_of(video_id: UUID) -> Path:
    """A clip's folder, which may not be there yet."""
    return videos_folder() / str(video_id)


def media_url(video: Video, name: str) -> str:
    """The address of one of SHOWN; another one when the file is another, so that a browser may keep what it has."""
    address = f"/media/videos/{video.id}/{name}"
    try:
        return f"{address}?v={edition((folder_of(video.id) / name).stat())}"
    except OSError:
        return address


def edition(found: os.stat_result) -> str:
    """A few letters that change when a file does."""
    return f"{found.st_mtime_ns:x}-{found.st_size:x}"


def open_source(video: Video) -> Clip:
    """The clip as it was sent, frames by index. Raises a MediaError."""
    folder = folder_of(video.id)
    if video.form == Video.Form.IMAGES:
        return open_clip(folder / PICTURES, max_pixels=settings.STUDIO_MAX_PIXELS)
    try:
        table = FrameTable.from_bytes((folder / TABLE).read_bytes())
    except FileNotFoundError as fault:
        raise NoSuchFile("The files of this clip are no longer there.") from fault
    return open_clip(folder / SOURCE, table=table, max_pixels=settings.STUDIO_MAX_PIXELS)


def proxy_times(video: Video) -> dict[str, object]:
    """When the proxy shows each frame: {"time_base": "1/15360", "pts": [0, 512, ...]}. Raises NoSuchFile."""
    try:
        times: dict[str, object] = json.loads((folder_of(video.id) / TIMES).read_text())
    except FileNotFoundError as fault:
        raise NoSuchFile("The files of this clip are no longer there.") from fault
    return times
