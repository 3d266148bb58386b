"""What a browser is shown of a clip: a film with exactly one sample a frame, a poster, a sheet of small pictures.

The proxy's frame i is the clip's frame i: upright, square pixels, H.264 without B-frames, a key frame at least every
twelfth, sound a browser plays. Its sides are even and at most PROXY_SIDE long; boxes and masks count source pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from studio.media.clip import Clip, Picture
from studio.media.errors import CannotWrite
from studio.media.sound import Sound, sound_start
from studio.media.source import opened
from studio.media.writer import Film

PROXY_SIDE = 1920  # px; more is not seen in a browser's window and cannot be scrubbed
KEY_FRAME_INTERVAL = 12  # frames; what a seek has to decode at most
CRF = 22
PRESET = "superfast"
PLAYABLE = ("aac", "mp3", "opus")  # what browsers play out of MP4

POSTER_WIDTH = 640  # px
TILE_HEIGHT = 54  # px
MOST_TILES = 80
COLUMNS = 10
_JPEG = [cv2.IMWRITE_JPEG_QUALITY, 82]


@dataclass(frozen=True, slots=True)
class Filmstrip:
    """The sheet: tile k shows frame (k + 1/2) / count of the clip."""

    columns: int
    rows: int
    tile_width: int  # px
    tile_height: int
    count: int


class Shown(Clip):
    """A clip as the browser gets it: the same frames and times, smaller where it is large, square pixels."""

    def __init__(self, clip: Clip) -> None:
        scale = min(1.0, PROXY_SIDE / max(clip.width, clip.height))
        self.path = clip.path
        self.width = max(2, round(clip.width * scale))
        self.height = max(2, round(clip.height * scale))
        self.frame_count = clip.frame_count
        self.frame_rate = clip.frame_rate
        self.time_base = clip.time_base
        self.pixel_aspect = Fraction(1)
        self.has_sound = clip.has_sound
        self._clip = clip

    def pts(self, index: int) -> int:
        return self._clip.pts(index)

    def duration(self, index: int) -> int:
        return self._clip.duration(index)

    def frame_name(self, index: int) -> str:
        return self._clip.frame_name(index)

    def _forward(self, start: int, stop: int) -> Iterator[Picture]:
        for picture in self._clip.frames(start, stop):
            yield _sized(picture, self.width, self.height)


class PlayableSound(Sound):
    """Sound that a browser plays: copied when it is of such a kind, else made AAC."""

    def _copies(self, container: InputContainer, source: AudioStream) -> Iterator[Packet[AudioStream]]:
        playable = source.codec_context.name in PLAYABLE
        return super()._copies(container, source) if playable else self._encoded(container, source)


class ProxyFilm(Film):
    """A film made for scrubbing."""

    def __init__(self, path: Path, clip: Clip) -> None:
        super().__init__(path, clip, sound=False, crf=CRF, preset=PRESET)
        heard = sound_start(clip.path) if clip.has_sound else None
        if heard is None:
            return
        origin = min(clip.pts(0) * clip.time_base, max(heard, Fraction(0)))  # the first of both becomes time 0
        self._shift = round(origin / clip.time_base)
        self._sound = PlayableSound(self._container, clip.path, origin)

    def _add_picture(self, clip: Clip, crf: int, preset: str) -> VideoStream:
        stream = super()._add_picture(clip, crf, preset)
        stream.gop_size = KEY_FRAME_INTERVAL
        stream.codec_context.max_b_frames = 0  # decoded in the order shown: nothing to wait for after a seek
        return stream


def make_proxy(clip: Clip, folder: Path, heard: Callable[[int], None]) -> Filmstrip:
    """Write proxy.mp4, poster.jpg and filmstrip.jpg of a clip in one pass; `heard` gets the frames done so far."""
    shown = Shown(clip)
    count = min(clip.frame_count, MOST_TILES)
    wanted = {int((tile + 0.5) * clip.frame_count / count): tile for tile in range(count)}
    ratio = shown.width * float(clip.pixel_aspect) / shown.height  # of the picture as it is meant to look
    width = min(max(round(TILE_HEIGHT * ratio), 8), 8 * TILE_HEIGHT)
    rows = -(-count // COLUMNS)
    columns = min(count, COLUMNS)
    sheet = np.zeros((rows * TILE_HEIGHT, columns * width, 3), np.uint8)
    poster_at = min(clip.frame_count - 1, clip.frame_count // 3)
    with ProxyFilm(folder / "proxy.mp4", shown) as film:
        for index, picture in enumerate(shown.frames()):
            film.write(picture, clip.pts(index), clip.duration(index))
            if index == poster_at:
                across = min(POSTER_WIDTH, max(2, round(shown.height * ratio)))
                _write_jpeg(folder / "poster.jpg", _sized(picture, across, max(2, round(across / ratio))))
            if (tile := wanted.get(index)) is not None:
                row, column = divmod(tile, COLUMNS)
                top, left = row * TILE_HEIGHT, column * width
                sheet[top : top + TILE_HEIGHT, left : left + width] = _sized(picture, width, TILE_HEIGHT)
            heard(index + 1)
    _write_jpeg(folder / "filmstrip.jpg", sheet)
    return Filmstrip(columns, rows, width, TILE_HEIGHT, count)


def proxy_times(path: Path, frame_count: int) -> tuple[Fraction, list[int]]:
    """The time base and each frame's time of a written proxy, as a player sees them. Raises CannotWrite on a misfit."""
    with opened(path) as container:
        stream = container.streams.video[0]
        times = [packet.pts for packet in container.demux(stream) if packet.size]
        time_base = stream.time_base
    known = [time for time in times if time is not None]
    if len(known) != frame_count or known != sorted(set(known)) or time_base is None:
        raise CannotWrite(f"The film made of this clip has {len(known)} frames instead of {frame_count}.")
    return time_base, known


def _sized(picture: Picture, width: int, height: int) -> Picture:
    if picture.shape[:2] == (height, width):
        return picture
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _write_jpeg(path: Path, picture: Picture) -> None:
    done, data = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), _JPEG)
    if not done:
        raise CannotWrite(f"The picture {path.name} cannot be written.")
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_bytes(data.tobytes())
        beside.replace(path)
    except OSError as fault:
        raise CannotWrite(f"The picture {path.name} cannot be written: {fault.strerror}.") from fault
