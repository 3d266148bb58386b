"""A clip that varies in rate and is heard, a square in some of its frames, and the film an effect makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from drawn.clips import draw_clip, varying_times, write_video
from drawn.tracks import corners_of, counts_of, spooled
from studio.exports.effects import EFFECTS
from studio.exports.kinds import ending_of, parse_wish
from studio.exports.spool import Found
from studio.exports.tracks import Track, Tracks
from studio.media.clip import Clip
from studio.media.reader import open_clip

COUNT = 8
FOUND = range(2, 6)  # the frames in which there is an object
OBJECTS = (Track(1, "a", (0, 0, 255)), Track(2, "b", (255, 0, 0)))


@dataclass(frozen=True)
class Stage:
    """The clip, and films of it."""

    folder: Path
    path: Path
    clip: Clip

    def mask(self, frame: int, number: int = 1) -> NDArray[np.bool_]:
        """A square that moves to the right; the second object, which is there in one frame, touches the corner."""
        bits = np.zeros((self.clip.height, self.clip.width), np.bool_)
        if number == 1 and frame in FOUND:
            bits[40:80, 40 + 4 * frame : 80 + 4 * frame] = True
        if number == 2 and frame == FOUND[-1]:
            bits[100:, 140:] = True
        return bits

    def film(self, effect: str, backdrop: Path | None = None, **options: object) -> Path:
        """The path of what the effect has written."""
        chosen = parse_wish(effect, options, self.clip.frame_count)
        path = self.folder / f"made{ending_of(effect, chosen)}"
        objects = tuple(track for track in OBJECTS if chosen.objects is None or track.number in chosen.objects)
        with spooled(self._found(objects), self.folder) as masks:
            EFFECTS[effect].write(Tracks("a", self.clip, objects, masks, chosen, backdrop=backdrop), path)
        return path

    def times(self) -> list[Fraction]:
        """When each frame of the source is shown, in seconds."""
        return [self.clip.pts(index) * self.clip.time_base for index in range(self.clip.frame_count)]

    def _found(self, objects: tuple[Track, ...]) -> Iterator[Found]:
        for frame in range(self.clip.frame_count):
            for track in objects:
                bits = self.mask(frame, track.number)
                if bits.any():
                    size = self.clip.width, self.clip.height
                    area, corners = int(bits.sum()), corners_of(bits)
                    yield Found(frame, track.number, *size, counts_of(bits), area, 0.9, corners, "tracked")


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """H.264 and AAC in MP4."""
    path = write_video(tmp_path / "source.mp4", draw_clip(COUNT).frames, times=varying_times(COUNT), sound="aac")
    return Stage(tmp_path, path, open_clip(path))


def rgba_frames(path: Path, decoder: str) -> list[tuple[Fraction, NDArray[np.uint8]]]:
    """When each frame is shown and its RGBA, by this decoder: FFmpeg's own of VP9 drops the alpha."""
    shown = []
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        context = av.CodecContext.create(decoder, "r")
        context.extradata = stream.codec_context.extradata
        context.width, context.height = stream.codec_context.width, stream.codec_context.height
        for packet in container.demux(stream):
            for frame in context.decode(packet if packet.size else None):
                rgba = frame.reformat(format="rgba", src_colorspace="itu709").to_ndarray()
                shown.append((frame.pts * stream.time_base, rgba))
    return shown


def sound_packets(path: Path) -> list[bytes]:
    """The sound as it stands in the file."""
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(audio=0) if packet.size]
