"""A picture as films code it: light, and two colours of half the sides. A film's frames need not become RGB for it."""

from __future__ import annotations

from typing import Self

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, VideoReformatter
from numpy.typing import NDArray

from studio.media.colors import Colors

PIXELS = "yuv420p"  # FFmpeg's name

Plane = NDArray[np.uint8]


class Planes:
    """Y', Cb and Cr of limited range (16..235, 16..240), to be drawn on: they are the memory of `frame`.

    luma [H, W], cb and cr [H / 2, W / 2], uint8. H and W are even; where the picture's own sides, height and width, are
    odd, what lies beyond them is the last row or column once more, from `close` on.
    """

    def __init__(self, frame: VideoFrame, height: int, width: int) -> None:
        """Of a yuv420p frame of even sides that nobody else needs as it is."""
        self.frame, self.height, self.width = frame, height, width
        self.luma, self.cb, self.cr = _views(frame)

    @classmethod
    def of_frame(cls, frame: VideoFrame, turns: int = 0) -> Self:
        """A copy of a yuv420p frame, turned to the left by so many quarters, as np.rot90 does; of even sides then."""
        height, width = (frame.width, frame.height) if turns % 2 else (frame.height, frame.width)
        planes = cls(VideoFrame(width + width % 2, height + height % 2, PIXELS), height, width)
        for mine, its in zip((planes.luma, planes.cb, planes.cr), _views(frame), strict=True):
            upright = np.rot90(its, turns)
            mine[: upright.shape[0], : upright.shape[1]] = upright
        return planes

    @classmethod
    def of_picture(cls, picture: NDArray[np.uint8], colors: Colors, reformatter: VideoReformatter) -> Self:
        """A picture [H, W, 3] uint8 RGB as a film of these colours has it."""
        height, width = picture.shape[:2]
        even = np.pad(picture, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
        frame = reformatter.reformat(
            VideoFrame.from_ndarray(even, format="rgb24"),
            format=PIXELS,
            dst_colorspace=colors.colorspace,
            dst_color_range=ColorRange.MPEG,
            threads=1,
        )
        return cls(frame, height, width)

    def close(self) -> VideoFrame:
        """The frame, drawn on and ready to be coded."""
        self.luma[self.height :] = self.luma[self.height - 1]
        self.luma[:, self.width :] = self.luma[:, self.width - 1 : self.width]
        return self.frame


def _views(frame: VideoFrame) -> tuple[Plane, Plane, Plane]:
    luma, cb, cr = (
        np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
        for plane in frame.planes
    )
    return luma, cb, cr
