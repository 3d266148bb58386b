"""Films that show each frame when their source does, with the source's sound; H.264 in MP4 unless told otherwise."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray

from studio.media.clip import Clip
from studio.media.codecs import H264, Codec
from studio.media.errors import CannotWrite
from studio.media.planes import PIXELS, Planes
from studio.media.sound import Sound, sound_start
from studio.media.source import reason

ENDINGS = H264.endings
CRF = 18  # x264's scale: hardly to be told from the source
PRESET = "veryfast"
KEY_FRAME_INTERVAL = 48  # frames; a player seeks at most so far


class Film:
    """A film of a clip, written frame by frame; it appears under its name when it is complete, or not at all.

        with Film(path, clip) as film:
            for index, picture in enumerate(clip.frames()):
                film.write(picture, clip.pts(index), clip.duration(index))

    Times are the clip's, moved so that the first of picture and sound is at 0; WebM rounds them to 1/1000 s. A side
    of odd length is made even by repeating the last row or column where the codec halves colours, as H.264 does. The
    pixels' aspect is kept. Sound is the source's first track: copied as it is where the container can hold it, else
    encoded. size is height, width of the pictures where it is not the clip's; frames those of the clip that will be
    written, one after the other, with the sound that is heard meanwhile; crf and preset are H.264's. Raises
    CannotWrite.
    """

    def __init__(
        self,
        path: Path,
        clip: Clip,
        *,
        codec: Codec = H264,
        size: tuple[int, int] | None = None,
        frames: range | None = None,
        sound: bool = True,
        crf: int = CRF,
        preset: str = PRESET,
    ) -> None:
        if path.suffix.lower() not in codec.endings:
            raise CannotWrite(f"a film is written as {', '.join(codec.endings)}, not as {path.name}")
        self._codec = codec
        self._path = path
        self._beside = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix.lower()}")
        self._size = size or (clip.height, clip.width)
        self._channels = 4 if codec.has_alpha else 3
        self._colors = clip.colors
        self._time_base = clip.time_base
        chosen = range(clip.frame_count) if frames is None else frames
        first = clip.pts(chosen.start) * clip.time_base
        source = clip.path if sound and clip.has_sound else None
        heard = sound_start(source) if source is not None else None
        origin = first if heard is None or chosen.start > 0 else min(first, max(heard, Fraction(0)))
        since = origin if chosen.start > 0 else None
        until = None if chosen.stop >= clip.frame_count else clip.pts(chosen.stop) * clip.time_base
        self._shift = round(origin / clip.time_base)
        self._durations: dict[int, int] = {}
        self._reformatter = VideoReformatter()
        self._last: int | None = None
        self._container = self._open()
        try:
            self._stream = self._add_picture(clip, crf, preset)
            self._sound = (
                None
                if source is None or heard is None
                else (Sound(self._container, source, origin, codec, since=since, until=until))
            )
        except BaseException:
            self._discard()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if fault is None:
            self.finish()
        else:
            self._discard()

    def write(self, picture: NDArray[np.uint8], pts: int, duration: int) -> None:
        """Add a frame: [H, W, 3] uint8 RGB, [H, W, 4] RGBA where the codec has alpha.

        It is shown from pts on for duration, both in ticks of the clip's time base.
        """
        shape = (*self._size, self._channels)
        if picture.shape != shape or picture.dtype != np.uint8:
            raise ValueError(f"this film's frames are uint8 {list(shape)}, got {picture.dtype} {picture.shape}")
        if self._codec.pixels == PIXELS:
            self.write_planes(Planes.of_picture(picture, self._colors, self._reformatter), pts, duration)
            return
        height, width = self._coded
        beyond = ((0, height - picture.shape[0]), (0, width - picture.shape[1]), (0, 0))
        frame = self._reformatter.reformat(
            VideoFrame.from_ndarray(np.pad(picture, beyond, mode="edge"), format="rgba" if shape[2] == 4 else "rgb24"),
            format=self._codec.pixels,
            dst_colorspace=self._colors.colorspace,
            dst_color_range=ColorRange.MPEG,
            threads=1,
        )
        self._encode(frame, pts, duration)

    def write_planes(self, picture: Planes, pts: int, duration: int) -> None:
        """Add a frame as Clip.planes gives it, drawn on or not, to a film of yuv420p; else as write."""
        if (picture.height, picture.width) != self._size or self._codec.pixels != PIXELS:
            raise ValueError(
                f"this film's frames are {self._codec.pixels} {list(self._size)}, got {PIXELS} "
                f"{[picture.height, picture.width]}"
            )
        self._encode(picture.close(), pts, duration)

    def _encode(self, frame: VideoFrame, pts: int, duration: int) -> None:
        if self._last is not None and pts <= self._last:
            raise ValueError(f"frames are written in the order they are shown: {pts} comes after {self._last}")
        self._last = pts
        frame.pts, frame.time_base = pts - self._shift, self._time_base
        self._durations[frame.pts] = duration
        with self._faults():
            self._mux(self._stream.encode(frame))

    def finish(self) -> None:
        """Write what is left and give the file its name. Raises CannotWrite; nothing is left then."""
        try:
            with self._faults():
                self._mux(self._stream.encode(None))
                if self._sound is not None:
                    self._sound.rest()
                    self._sound.close()
                self._container.close()
                self._beside.replace(self._path)
        except BaseException:
            self._discard()
            raise

    def _open(self) -> OutputContainer:
        with self._faults():
            self._beside.touch()  # FFmpeg opens the file only when it writes its head
            options = dict(self._codec.container_options)
            return av.open(str(self._beside.absolute()), "w", format=self._codec.container, options=options)

    @property
    def _coded(self) -> tuple[int, int]:
        """The pictures' size as they are coded."""
        height, width = self._size
        return (height + height % 2, width + width % 2) if self._codec.halves_colors else self._size

    def _add_picture(self, clip: Clip, crf: int, preset: str) -> VideoStream:
        rate = clip.frame_rate.limit_denominator(1 << 16)
        options = {"crf": str(crf), "preset": preset} if self._codec is H264 else dict(self._codec.options)
        with self._faults():
            added = self._container.add_stream(self._codec.encoder, rate=rate, options=options)
        assert isinstance(added, VideoStream)
        stream = added
        stream.height, stream.width = self._coded
        stream.pix_fmt = self._codec.pixels
        stream.gop_size = KEY_FRAME_INTERVAL
        stream.time_base = clip.time_base
        context = stream.codec_context
        context.time_base = clip.time_base
        context.sample_aspect_ratio = clip.pixel_aspect.limit_denominator(1 << 16)
        context.colorspace, context.color_range = self._colors.matrix, int(ColorRange.MPEG)
        context.color_primaries, context.color_trc = self._colors.primaries, self._colors.transfer
        return stream

    def _mux(self, packets: list[Packet[Stream]]) -> None:
        for packet in packets:
            if packet.pts is not None:
                packet.duration = self._durations.pop(packet.pts, 0)
            if self._sound is not None and packet.dts is not None:
                self._sound.until(packet.dts * self._time_base)  # interleaved: nothing has to wait in memory
            self._container.mux(packet)

    @contextlib.contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except (av.FFmpegError, OSError) as fault:
            raise CannotWrite(f"{self._path} cannot be written: {reason(fault)}") from fault

    def _discard(self) -> None:
        with contextlib.suppress(av.FFmpegError, OSError):
            self._container.close()
        sound = getattr(self, "_sound", None)
        if sound is not None:
            sound.close()
        self._beside.unlink(missing_ok=True)
