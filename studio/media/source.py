"""The one place that opens a file with FFmpeg, and what it lets through.

Only files of this machine, only demuxers that hold pictures and sound themselves (no playlists, no image patterns,
no scripts), and no frame above a limit of pixels, which is asked before the first one is allocated.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from studio.media.errors import NoPicture, NoSuchFile, NotVideo, TooLarge, UnequalFrames, UnreadableVideo

MAX_FRAME_PIXELS = 8192 * 4320
DEMUXERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpegtsraw,mpeg,mpegvideo,flv,live_flv,asf,ogg,gif,ivf,mxf,nut,"
    "yuv4mpegpipe,h264,hevc,m4v,obu,av1,dv,wtv,rm,mp3,wav,aac,ac3,eac3,flac,aiff"
)


@contextmanager
def opened(path: Path) -> Iterator[InputContainer]:
    """The file, demuxed. Raises NoSuchFile or NotVideo."""
    if not path.is_file():
        raise NoSuchFile(f"there is no file {path}")
    try:
        # an absolute path has no protocol in front that FFmpeg could follow elsewhere
        container = av.open(str(path.resolve()), options={"protocol_whitelist": "file", "format_whitelist": DEMUXERS})
    except (av.FFmpegError, ValueError) as fault:
        raise NotVideo(f"{path} is not a video that can be read: {reason(fault)}") from fault
    with container:
        yield container


def picture_track(container: InputContainer, path: Path, max_pixels: int = MAX_FRAME_PIXELS) -> VideoStream:
    """The video stream that is shown, ready to decode. Raises NoPicture, UnreadableVideo or TooLarge."""
    moving = [stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic]
    if not moving:
        raise NoPicture(f"{path} has no picture track")
    stream = next((stream for stream in moving if stream.disposition & Disposition.default), moving[0])
    context = stream.codec_context
    if context is None:
        raise UnreadableVideo(f"there is no decoder for the picture track of {path}")
    check_size(path, context.width, context.height, max_pixels)
    context.options = {"max_pixels": str(max_pixels)}
    return stream


def decoded(container: InputContainer, stream: VideoStream, path: Path) -> Generator[VideoFrame, None, None]:
    """Every frame the decoder gives, in presentation order; what it refuses is passed over.

    A file cut short gives what comes before the cut. Raises UnequalFrames where the picture changes its size,
    UnreadableVideo where decoding cannot go on.
    """
    size: tuple[int, int] | None = None
    count = 0
    for packet in _packets(container, stream):
        try:
            frames = stream.decode(packet)
        except av.InvalidDataError:
            continue
        except (av.FFmpegError, MemoryError) as fault:
            raise UnreadableVideo(f"frame {count} of {path} cannot be decoded: {reason(fault)}") from fault
        for frame in frames:
            size = size or (frame.width, frame.height)
            if size != (frame.width, frame.height):
                raise UnequalFrames(
                    f"the picture of {path} changes from {size[0]} x {size[1]} to {frame.width} x {frame.height} px "
                    f"at frame {count}"
                )
            count += 1
            yield frame


def check_size(path: Path, width: int, height: int, max_pixels: int) -> None:
    """Raise TooLarge when a frame of this size is over the limit."""
    if width * height > max_pixels:
        raise TooLarge(
            f"the picture of {path} is {width} x {height} px, more than the {max_pixels} px that are allowed"
        )


def reason(fault: BaseException) -> str:
    """What FFmpeg says of a fault, without numbers and file names."""
    return str(getattr(fault, "strerror", None) or fault).rstrip(".").lower()


def _packets(container: InputContainer, stream: VideoStream) -> Iterator[Packet[VideoStream] | None]:
    """The stream's packets, then None, which drains the decoder."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except (av.FFmpegError, OSError):
            packet = None  # the file breaks off: what came before stands
        if packet is None or packet.size == 0:
            yield None
            return
        yield packet
