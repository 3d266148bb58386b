"""The loops of all films: every frame of the clip as it is decoded, changed, and shown when its source is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

from studio.exports.options import CRF, Options
from studio.exports.spool import Found
from studio.exports.tracks import Moment, Tracks
from studio.media.ahead import ahead
from studio.media.clip import Picture
from studio.media.codecs import H264, Codec
from studio.media.overlay import Marking, draw
from studio.media.planes import Planes
from studio.media.writer import Film

Change = Callable[[Moment, Picture], Picture]


def frames_of(tracks: Tracks) -> Iterator[Picture]:
    """The chosen frames, one after the other."""
    beyond = tracks.frames.stop
    return tracks.clip.frames(tracks.frames.start, beyond if beyond < tracks.clip.frame_count else None)


def colors_of(tracks: Tracks) -> Mapping[int, tuple[int, int, int]]:
    """What each object is drawn in, RGB: its own colour, or the one that is chosen for all."""
    tint = tracks.options.tint
    if tint == "own":
        return {track.number: track.color for track in tracks.objects}
    return dict.fromkeys((track.number for track in tracks.objects), rgb_of(tint))


def rgb_of(color: str) -> tuple[int, int, int]:
    """ "#00b140" -> (0, 177, 64)."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def mp4(chosen: Options) -> str:
    """How the names of most films end, whatever is chosen."""
    return ".mp4"


def draw_film(tracks: Tracks, path: Path, markings: Callable[[Found], Marking], *, fill: float, edge_px: float) -> None:
    """Write the clip with a marking over each mask, drawn on its pictures as they are coded.

    A thread decodes, a second one draws, this one encodes: none is further ahead than a few pictures.
    """
    clip, chosen = tracks.clip, tracks.options
    film = Film(path, clip, frames=tracks.frames, sound=chosen.sound, crf=CRF[chosen.quality])
    beyond = tracks.frames.stop
    pictures = ahead(clip.planes(tracks.frames.start, beyond if beyond < clip.frame_count else None), depth=4)

    def drawn() -> Iterator[tuple[int, Planes]]:
        with closing(pictures):
            for moment, picture in zip(tracks.survey(), pictures, strict=True):
                draw(picture, [markings(found) for found in moment.found], clip.colors, fill=fill, edge_px=edge_px)
                yield moment.frame, picture

    with film, closing(ahead(drawn(), depth=4)) as ready:
        for frame, picture in tracks.counted(ready):
            film.write_planes(picture, clip.pts(frame), clip.duration(frame))


def write_film(
    tracks: Tracks, path: Path, change: Change, *, codec: Codec = H264, size: tuple[int, int] | None = None
) -> None:
    """Write what `change` makes of every frame; size is height, width of it where it is not the clip's."""
    clip, chosen = tracks.clip, tracks.options
    film = Film(path, clip, codec=codec, size=size, frames=tracks.frames, sound=chosen.sound, crf=CRF[chosen.quality])
    with film, closing(ahead(frames_of(tracks))) as pictures:
        for moment, picture in zip(tracks.moments(), pictures, strict=True):
            film.write(change(moment, picture), clip.pts(moment.frame), clip.duration(moment.frame))
