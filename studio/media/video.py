"""A video file as a clip: frames by index, found by key frame and proved by time and checksum."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, VideoReformatter

from studio.media.clip import Clip, Picture
from studio.media.colors import colors_of, matrix_of
from studio.media.errors import MediaError, UnreadableVideo
from studio.media.frame_table import FrameTable, print_of
from studio.media.planes import PIXELS, Planes
from studio.media.source import MAX_FRAME_PIXELS, decoded, opened, picture_track


class VideoClip(Clip):
    """A video file read with PyAV. The pictures are upright: what the file says of its rotation is done to them."""

    def __init__(self, path: Path, table: FrameTable, *, max_pixels: int = MAX_FRAME_PIXELS) -> None:
        turned = table.turns % 2 == 1
        self.path = path
        self.table = table
        self.width, self.height = (table.height, table.width) if turned else (table.width, table.height)
        self.frame_count = len(table)
        self.frame_rate = table.frame_rate
        self.time_base: Fraction = table.time_base
        self.pixel_aspect = 1 / table.pixel_aspect if turned else table.pixel_aspect
        self._max_pixels = max_pixels
        with opened(path) as container:
            self.has_sound = bool(container.streams.audio)
            self.colors = colors_of(picture_track(container, path, max_pixels).codec_context)

    def pts(self, index: int) -> int:
        self.check(index)
        return int(self.table.pts[index])

    def duration(self, index: int) -> int:
        self.check(index)
        return self.table.duration(index)

    def frame_name(self, index: int) -> str:
        self.check(index)
        return f"{index:05d}"

    def _forward(self, start: int, stop: int) -> Iterator[Picture]:
        reformatter = VideoReformatter()
        with closing(self._decoded_from(start)) as frames:
            for frame in islice(frames, stop - start):
                yield self._picture(frame, reformatter)

    def _planes(self, start: int, stop: int) -> Iterator[Planes]:
        reformatter = VideoReformatter()
        odd = self.width % 2 == 1 or self.height % 2 == 1
        with closing(self._decoded_from(start)) as frames:
            for frame in islice(frames, stop - start):
                as_coded = (
                    frame.format.name == PIXELS
                    and matrix_of(int(frame.colorspace), frame.width, frame.height) == self.colors.colorspace
                    and frame.color_range != ColorRange.JPEG
                )
                if odd and (self.table.turns or not as_coded):  # pixels that share a colour would be parted
                    yield Planes.of_picture(self._picture(frame, reformatter), self.colors, reformatter)
                else:
                    coded = frame if as_coded else self._converted(frame, reformatter, PIXELS)
                    yield Planes.of_frame(coded, self.table.turns)

    def _picture(self, frame: VideoFrame, reformatter: VideoReformatter) -> Picture:
        rgb = self._converted(frame, reformatter, "rgb24").to_ndarray()
        return np.ascontiguousarray(np.rot90(rgb, self.table.turns))

    def _converted(self, frame: VideoFrame, reformatter: VideoReformatter, pixels: str) -> VideoFrame:
        """A frame by the colours it is meant in, as RGB or as films of the clip have it."""
        film = pixels == PIXELS
        return reformatter.reformat(
            frame,
            format=pixels,
            src_colorspace=matrix_of(int(frame.colorspace), frame.width, frame.height),
            src_color_range=frame.color_range or None,
            dst_colorspace=self.colors.colorspace if film else None,
            dst_color_range=ColorRange.MPEG if film else None,
            threads=1,
        )

    def _chunk_start(self, first: int) -> int:
        keys = self.table.keys
        place = int(np.searchsorted(keys, first))
        return int(keys[place]) if place < len(keys) else first

    def _decoded_from(self, start: int) -> Generator[VideoFrame, None, None]:
        """Frame start and all after it; by seeking as long as what comes is what reading through would give."""
        wanted = start
        if self.table.seekable and self.table.key_before(start) > 0:
            with closing(self._sought(start)) as frames:
                for frame in frames:
                    yield frame
                    wanted += 1
        if wanted < self.frame_count:
            with opened(self.path) as container:
                stream = picture_track(container, self.path, self._max_pixels)
                with closing(decoded(container, stream, self.path)) as whole:
                    for frame in islice(whole, wanted, self.frame_count):
                        yield frame
                        wanted += 1
        if wanted < self.frame_count:
            raise UnreadableVideo(f"frame {wanted} of {self.path} can no longer be read: the file has changed")

    def _sought(self, start: int) -> Generator[VideoFrame, None, None]:
        """Frames from start on, decoded from the key frame before it; ends early where one is not the table's."""
        table, wanted = self.table, start
        with opened(self.path) as container:
            stream = picture_track(container, self.path, self._max_pixels)
            try:
                container.seek(int(table.pts[table.key_before(start)]), stream=stream)
            except av.FFmpegError:
                return
            with closing(decoded(container, stream, self.path)) as frames:
                while wanted < len(table):
                    try:
                        frame = next(frames, None)
                    except MediaError:
                        return
                    if frame is None or frame.pts is None:
                        return
                    if frame.pts < table.pts[wanted]:
                        continue
                    if frame.pts != table.pts[wanted] or print_of(frame) != table.prints[wanted]:
                        return
                    yield frame
                    wanted += 1
