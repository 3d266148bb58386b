"""What every clip offers, be it a video file or a folder of pictures: frames by index, exactly."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from studio.media.colors import Colors
from studio.media.errors import NoSuchFrame
from studio.media.planes import Planes

CHUNK_BYTES = 192 * 2**20  # of pictures held at once while a clip is read backwards

Picture = NDArray[np.uint8]  # [H, W, 3] RGB, upright, contiguous


class Clip(ABC):
    """Frames of one size in a fixed order. Reading keeps no state: any number of readers may go on at once."""

    path: Path
    width: int  # upright
    height: int
    frame_count: int
    frame_rate: Fraction  # frames a second; the average where the rate varies
    time_base: Fraction  # seconds a tick of pts
    pixel_aspect: Fraction  # an upright pixel's width to its height; pictures are not resampled to square pixels
    has_sound: bool
    colors: Colors = Colors()  # what films of it say of theirs

    @abstractmethod
    def pts(self, index: int) -> int:
        """When a frame is first shown, in ticks of time_base. Raises NoSuchFrame."""

    @abstractmethod
    def duration(self, index: int) -> int:
        """How long a frame is shown, in ticks of time_base. Raises NoSuchFrame."""

    @abstractmethod
    def frame_name(self, index: int) -> str:
        """What a file made of this frame is called, without ending. Raises NoSuchFrame."""

    @abstractmethod
    def _forward(self, start: int, stop: int) -> Iterator[Picture]:
        """Frames start..stop-1."""

    def _chunk_start(self, first: int) -> int:
        """A good frame, not before first, to start reading from; a video prefers a key frame."""
        return first

    def seconds(self, index: int) -> float:
        """When a frame is first shown, in seconds of the clip's own time. Raises NoSuchFrame."""
        return float(self.pts(index) * self.time_base)

    def frame(self, index: int) -> Picture:
        """One frame. Raises NoSuchFrame."""
        self.check(index)
        return next(self._forward(index, index + 1))

    def frames(self, start: int = 0, stop: int | None = None, step: int = 1) -> Iterator[Picture]:
        """Frames start, start + step, ... up to but not stop, as range() counts them; step is 1 or -1.

        Without stop it goes on to the last frame, or backwards through frame 0. Backwards, frames are decoded
        in chunks of at most CHUNK_BYTES. Raises NoSuchFrame for a start or stop outside the clip.
        """
        if step not in (1, -1):
            raise ValueError(f"a clip is read in steps of 1 or -1, not {step}")
        beyond = self.frame_count if step == 1 else -1
        stop = beyond if stop is None else stop
        for bound in (start, stop):
            if bound != beyond:
                self.check(bound)
        if step == 1:
            return self._forward(start, stop) if start < stop else iter(())
        return self._backward(start, stop)

    def planes(self, start: int = 0, stop: int | None = None) -> Iterator[Planes]:
        """Frames start, start + 1, ... up to but not stop as films of the clip's colours have them, to be drawn on.

        Raises NoSuchFrame.
        """
        stop = self.frame_count if stop is None else stop
        for bound in (start, stop):
            if bound != self.frame_count:
                self.check(bound)
        return self._planes(start, stop) if start < stop else iter(())

    def _planes(self, start: int, stop: int) -> Iterator[Planes]:
        """Frames start..stop-1; here by way of RGB."""
        reformatter = VideoReformatter()
        for picture in self._forward(start, stop):
            yield Planes.of_picture(picture, self.colors, reformatter)

    def check(self, index: int) -> None:
        """Raise NoSuchFrame unless the clip has this frame."""
        if not 0 <= index < self.frame_count:
            raise NoSuchFrame(f"{self.path} has frames 0 to {self.frame_count - 1}, there is no frame {index}")

    def _backward(self, start: int, stop: int) -> Iterator[Picture]:
        capacity = max(1, CHUNK_BYTES // (3 * self.width * self.height))
        while start > stop:
            lowest = max(stop + 1, start + 1 - capacity)
            first = self._chunk_start(lowest) if lowest > stop + 1 else lowest
            first = first if first <= start else lowest
            chunk = list(self._forward(first, start + 1))
            while chunk:
                yield chunk.pop()
            start = first - 1
