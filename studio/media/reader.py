"""The door to every kind of clip."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from studio.media.clip import Clip
from studio.media.errors import NoSuchFile, NotVideo
from studio.media.frame_table import MAX_FRAMES, FrameTable
from studio.media.pictures import DEFAULT_RATE, ENDINGS, PictureClip
from studio.media.source import MAX_FRAME_PIXELS
from studio.media.video import VideoClip


def open_clip(
    path: Path,
    *,
    table: FrameTable | None = None,
    picture_rate: Fraction = DEFAULT_RATE,
    max_pixels: int = MAX_FRAME_PIXELS,
    max_frames: int = MAX_FRAMES,
) -> Clip:
    """A video file or a folder of pictures, ready to read.

    A video is decoded once to count its frames, unless its table is given. picture_rate is a folder's frames a
    second. Raises a MediaError whose sentence says what is wrong with the file.
    """
    if path.is_dir():
        return PictureClip(path, picture_rate, max_pixels=max_pixels)
    if not path.exists():
        raise NoSuchFile(f"there is no file or folder {path}")
    if path.suffix.lower() in ENDINGS and path.suffix.lower() != ".gif":
        raise NotVideo(f"{path} is a single picture; a clip is a video or a folder of pictures")
    if table is None:
        table = FrameTable.of(path, max_pixels=max_pixels, max_frames=max_frames)
    return VideoClip(path, table, max_pixels=max_pixels)
