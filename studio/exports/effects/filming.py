"""The one loop of all films: every frame of the clip as it is decoded, changed, and shown when its source is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from studio.exports.options import Options
from studio.exports.tracks import Moment, Tracks
from studio.media.ahead import ahead
from studio.media.clip import Picture
from studio.media.codecs import H264, Codec
from studio.media.writer import Film

Change = Callable[[Moment, Picture], Picture]


def mp4(chosen: Options) -> str:
    """How the names of most films end, whatever is chosen."""
    return ".mp4"


def write_film(
    tracks: Tracks, path: Path, change: Change, *, codec: Codec = H264, size: tuple[int, int] | None = None
) -> None:
    """Write what `change` makes of every frame; size is height, width of it where it is not the clip's."""
    clip = tracks.clip
    with Film(path, clip, codec=codec, size=size) as film, closing(ahead(clip.frames())) as pictures:
        for moment, picture in zip(tracks.moments(), pictures, strict=True):
            film.write(change(moment, picture), clip.pts(moment.frame), clip.duration(moment.frame))
