"""The sound of a source, carried into a film."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from itertools import chain
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet

from studio.media.codecs import H264, Codec
from studio.media.source import opened

_RUN_UP_S = Fraction(1)
_LAYOUTS = {1: "mono", 2: "stereo", 3: "3.0", 4: "4.0", 5: "5.0", 6: "5.1", 8: "7.1"}  # channels: FFmpeg's name


def sound_start(path: Path) -> Fraction | None:
    """When the first sound track of a file starts, seconds of the file's time; None where it has none to decode."""
    with opened(path) as container:
        stream = _sound_track(container)
        if stream is None:
            return None
        return (stream.start_time or 0) * (stream.time_base or Fraction(1))


class Sound:
    """The first sound track of a file, written into a container between its pictures. origin becomes time 0.

    Of a part, since to until in seconds of the file's time, what begins in it is written: copied packets are not
    divided, so a part begins up to one packet late and ends up to one packet late.
    """

    def __init__(
        self,
        target: OutputContainer,
        path: Path,
        origin: Fraction,
        codec: Codec = H264,
        *,
        since: Fraction | None = None,
        until: Fraction | None = None,
    ) -> None:
        self._target = target
        self._codec = codec
        self._resources = ExitStack()
        container = self._resources.enter_context(opened(path))
        stream = _sound_track(container)
        if stream is None or stream.time_base is None:
            raise ValueError(f"{path} has no sound track")
        self._origin = origin
        self._since, self._until = since, until
        # a sound whose decoder settings stand in no header cannot be copied before its first packet
        copied = stream.codec_context.name in codec.copied and (
            stream.codec_context.name != "aac" or stream.codec_context.extradata is not None
        )
        self._packets = self._copies(container, stream) if copied else self._encoded(container, stream)
        self._waiting: Packet[AudioStream] | None = None

    def until(self, seconds: Fraction) -> None:
        """Write what starts before this time."""
        while True:
            packet = self._waiting or next(self._packets, None)
            self._waiting = packet
            if packet is None or packet.dts is None or packet.dts * packet.time_base > seconds:
                return
            self._waiting = None
            self._target.mux(packet)

    def rest(self) -> None:
        """Write all that is left."""
        while (packet := self._waiting or next(self._packets, None)) is not None:
            self._waiting = None
            self._target.mux(packet)

    def close(self) -> None:
        """Close the source."""
        self._resources.close()

    def _copies(self, container: InputContainer, source: AudioStream) -> Iterator[Packet[AudioStream]]:
        stream = self._target.add_stream_from_template(source)
        return self._copied(container, source, stream)

    def _copied(
        self, container: InputContainer, source: AudioStream, stream: AudioStream
    ) -> Iterator[Packet[AudioStream]]:
        for packet in self._demuxed(container, source):
            if packet.dts is None or packet.pts is None:
                continue
            where = self._where(packet.pts * packet.time_base)
            if where > 0:
                return
            if where < 0:
                continue
            shift = round(self._origin / packet.time_base)
            packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
            packet.stream = stream
            yield packet

    def _encoded(self, container: InputContainer, source: AudioStream) -> Iterator[Packet[AudioStream]]:
        rate = self._codec.sound_rate or source.codec_context.sample_rate
        stream = self._target.add_stream(self._codec.sound, rate=rate)
        assert isinstance(stream, AudioStream)
        layout = source.codec_context.layout
        stream.layout = _LAYOUTS.get(layout.nb_channels, "stereo")  # one whose speakers are named, as encoders need
        return self._encode(container, source, stream)

    def _encode(
        self, container: InputContainer, source: AudioStream, stream: AudioStream
    ) -> Iterator[Packet[AudioStream]]:
        for packet in chain(self._demuxed(container, source), (None,)):  # None drains the decoder
            try:
                frames = source.decode(packet)
            except av.InvalidDataError:
                continue
            for frame in frames:
                if frame.pts is not None and frame.time_base is not None:
                    where = self._where(frame.pts * frame.time_base)
                    if where < 0:
                        continue
                    if where > 0:
                        yield from stream.encode(None)
                        return
                    frame.pts -= round(self._origin / frame.time_base)
                yield from stream.encode(frame)
        yield from stream.encode(None)

    def _demuxed(self, container: InputContainer, source: AudioStream) -> Iterator[Packet[AudioStream]]:
        """The track's packets, from a little before the part on: decoders need some to begin."""
        if self._since is not None and source.time_base is not None:
            with contextlib.suppress(av.FFmpegError):  # then it is read through from the beginning
                container.seek(max(0, round((self._since - _RUN_UP_S) / source.time_base)), stream=source)
        return _demuxed(container, source)

    def _where(self, seconds: Fraction) -> int:
        """-1 before the part, 0 in it, 1 after it."""
        if self._since is not None and seconds < self._since:
            return -1
        return 1 if self._until is not None and seconds >= self._until else 0


def _sound_track(container: InputContainer) -> AudioStream | None:
    return next((stream for stream in container.streams.audio if stream.codec_context is not None), None)


def _demuxed(container: InputContainer, stream: AudioStream) -> Iterator[Packet[AudioStream]]:
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except (av.FFmpegError, OSError):
            return  # the file breaks off here
        if packet is None or packet.size == 0:
            return
        yield packet
