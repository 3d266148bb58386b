"""Which frames a clip has and when each is shown: the truth that headers only estimate.

A frame is what the decoder returns, counted in presentation order by decoding the file once. Rates that vary, edit
lists and a stream that starts without a key frame need no special case: an index means the same picture for ever.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Self

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from studio.media.errors import BadTable, TooLarge, UnreadableVideo
from studio.media.source import MAX_FRAME_PIXELS, check_size, decoded, opened, picture_track

MAX_FRAMES = 1_000_000  # nine hours of 30 frames a second
_FORMAT = "frame-table/1"
_PRINT_ROWS = 8  # every eighth row of a picture goes into its print


@dataclass(frozen=True, slots=True, eq=False)
class FrameTable:
    """Index -> presentation time, and what is needed to find the same picture again after a seek."""

    time_base: Fraction  # seconds a tick
    pts: NDArray[np.int64]  # [N] ticks, strictly increasing
    end: int  # ticks; where the last frame stops being shown
    keys: NDArray[np.int64]  # [K] indexes of the frames that decoding can start from
    prints: NDArray[np.uint32]  # [N] a checksum of some rows of each decoded picture
    seekable: bool  # False: the file's own times are missing or wrong, pts are made up, only reading through is exact
    width: int  # as decoded, before any turn
    height: int
    turns: int  # quarter turns counter-clockwise that make the picture upright, 0..3
    pixel_aspect: Fraction  # a decoded pixel's width to its height

    @classmethod
    def of(cls, path: Path, *, max_pixels: int = MAX_FRAME_PIXELS, max_frames: int = MAX_FRAMES) -> Self:
        """Decode a video once. Raises NoSuchFile, NotVideo, NoPicture, UnreadableVideo, UnequalFrames or TooLarge."""
        times: list[int | None] = []
        prints: list[int] = []
        keys: list[int] = []
        first: VideoFrame | None = None
        last_duration = 0
        with opened(path) as container:
            stream = picture_track(container, path, max_pixels)
            for frame in decoded(container, stream, path):
                if first is None:
                    first = frame
                    check_size(path, frame.width, frame.height, max_pixels)
                if len(times) >= max_frames:
                    raise TooLarge(f"{path} has more than the {max_frames} frames that are allowed")
                if frame.key_frame:
                    keys.append(len(times))
                times.append(frame.pts)
                prints.append(print_of(frame))
                last_duration = frame.duration or 0
            if first is None:
                raise UnreadableVideo(f"not one frame of {path} can be decoded")
            time_base = stream.time_base or Fraction(1, 1000)
            rate = stream.average_rate or stream.guessed_rate or Fraction(25)
            aspect = sensible_aspect(stream.sample_aspect_ratio)
        tick = max(1, round(1 / rate / time_base))
        known = [time for time in times if time is not None]
        seekable = len(known) == len(times) and all(a < b for a, b in pairwise(known))
        pts = np.array(known if seekable else [index * tick for index in range(len(times))], np.int64)
        usual = int(np.median(np.diff(pts))) if len(pts) > 1 else tick
        return cls(
            time_base=time_base,
            pts=pts,
            end=int(pts[-1]) + (last_duration if seekable and last_duration > 0 else usual),
            keys=np.array(keys, np.int64),
            prints=np.array(prints, np.uint32),
            seekable=seekable,
            width=first.width,
            height=first.height,
            turns=round(first.rotation / 90) % 4,
            pixel_aspect=aspect,
        )

    def __len__(self) -> int:
        return len(self.pts)

    @property
    def frame_rate(self) -> Fraction:
        """Frames a second on the whole clip's average."""
        return len(self.pts) / ((self.end - int(self.pts[0])) * self.time_base)

    def duration(self, index: int) -> int:
        """How long a frame is shown, in ticks."""
        after = self.end if index + 1 == len(self.pts) else int(self.pts[index + 1])
        return after - int(self.pts[index])

    def seconds(self, index: int) -> float:
        """When a frame is first shown, in the file's own time."""
        return float(int(self.pts[index]) * self.time_base)

    def key_before(self, index: int) -> int:
        """The last key frame that is not after this frame; 0 where there is none."""
        place = int(np.searchsorted(self.keys, index, side="right"))
        return int(self.keys[place - 1]) if place else 0

    def to_bytes(self) -> bytes:
        """The table as an .npz archive."""
        scalars = {
            "format": _FORMAT,
            "time_base": str(self.time_base),
            "pixel_aspect": str(self.pixel_aspect),
            "end": self.end,
            "seekable": self.seekable,
            "size": [self.width, self.height],
            "turns": self.turns,
        }
        archive = io.BytesIO()
        np.savez_compressed(
            archive,
            allow_pickle=False,
            scalars=np.frombuffer(json.dumps(scalars, sort_keys=True).encode(), np.uint8),
            pts=self.pts,
            keys=self.keys,
            prints=self.prints,
        )
        return archive.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read what to_bytes wrote. Raises BadTable for anything else; nothing is unpickled."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as archive:
                scalars = json.loads(archive["scalars"].tobytes())
                pts, keys, prints = (archive[name] for name in ("pts", "keys", "prints"))
            if scalars["format"] != _FORMAT:
                raise BadTable(f"a frame table must be of format {_FORMAT}, got {scalars['format']!r}")
            if not len(pts) or len(pts) != len(prints) or bool(np.any(np.diff(pts) <= 0)):
                raise BadTable("a frame table's times must be there for every frame and increase")
            return cls(
                time_base=Fraction(scalars["time_base"]),
                pts=pts.astype(np.int64),
                end=int(scalars["end"]),
                keys=keys.astype(np.int64),
                prints=prints.astype(np.uint32),
                seekable=bool(scalars["seekable"]),
                width=int(scalars["size"][0]),
                height=int(scalars["size"][1]),
                turns=int(scalars["turns"]),
                pixel_aspect=Fraction(scalars["pixel_aspect"]),
            )
        except (ValueError, KeyError, TypeError, EOFError, OSError, zlib.error, zipfile.BadZipFile) as fault:
            raise BadTable(f"these {len(data)} bytes are not a frame table: {fault}") from fault


def print_of(frame: VideoFrame) -> int:
    """A checksum of some rows of the picture's first plane: equal pictures have equal prints."""
    plane = frame.planes[0]
    size = (plane.height, plane.line_size)
    rows = np.frombuffer(memoryview(plane), np.uint8, count=size[0] * size[1]).reshape(size)
    return zlib.crc32(rows[::_PRINT_ROWS, : min(plane.width, plane.line_size)].tobytes())


def sensible_aspect(aspect: Fraction | None) -> Fraction:
    """A pixel's aspect as a file tells it; square where it tells nothing that makes sense."""
    return aspect if aspect is not None and aspect > 0 else Fraction(1)
