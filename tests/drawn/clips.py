"""Clips drawn by the tests: textured ellipses on a textured ground, their true masks, a number in every frame.

A frame's number stands in its top row of blocks as bits, so that any reader's claim of a frame can be checked.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.reformatter import ColorRange
from numpy.typing import NDArray
from PIL import Image

from studio.media.colors import Colors

BITS = 10
BLOCK = 8  # px, a bit's side
SAMPLE_RATE = 44_100  # of the sine


@dataclass(frozen=True)
class Drawn:
    """Frames [H, W, 3] uint8 RGB and, for each, a label map [H, W] uint8 of the objects in it."""

    frames: list[NDArray[np.uint8]]
    labels: list[NDArray[np.uint8]]

    def box(self, frame: int = 0, label: int = 1) -> str:
        """The box of an object as the command line takes it."""
        x, y, width, height = cv2.boundingRect((self.labels[frame] == label).astype(np.uint8))
        return f"{x},{y},{width},{height}"


def draw_clip(frame_count: int = 24, width: int = 160, height: int = 120, objects: int = 1, seed: int = 0) -> Drawn:
    """Ellipses that drift to the right over a still ground."""
    random = np.random.default_rng(seed)
    ground = _texture(random, height, width, (60, 90, 60))
    skins = [_texture(random, height, width, color) for color in ((200, 80, 60), (70, 90, 210), (210, 200, 60))]
    frames, labels = [], []
    for index in range(frame_count):
        frame, label = ground.copy(), np.zeros((height, width), np.uint8)
        for number in range(objects):
            mask = np.zeros((height, width), np.uint8)
            center = (int(width * 0.25 + index * width / (3 * frame_count)), int(height * (number + 1) / (objects + 1)))
            cv2.ellipse(mask, center, (width // 9, height // (5 + 2 * objects)), index * 2, 0, 360, 1, -1)
            frame[mask > 0] = skins[number % len(skins)][mask > 0]
            label[mask > 0] = number + 1
        burn(frame, index)
        frames.append(frame)
        labels.append(label)
    return Drawn(frames, labels)


def draw_leaving(
    frame_count: int = 48, width: int = 320, height: int = 240, seed: int = 0, *, passed_before: bool = False
) -> Drawn:
    """Label 1 goes out over the right edge and comes back over it; then label 2, much like it, passes below.

    Of 48 frames label 1 is out of sight in 15 to 27, label 2 in sight from 34 on; passed_before: to 16 instead.
    """
    random = np.random.default_rng(seed)
    ground = _texture(random, height, width, (60, 90, 60))
    skins = [_texture(random, height, width, color) for color in ((200, 80, 60), (205, 95, 50))]
    beyond = width  # px of room beside the picture, for what is on its way in or out
    frames, labels = [], []
    for index in range(frame_count):
        frame, label = ground.copy(), np.zeros((height, width), np.uint8)
        at = index / frame_count
        away = float(np.clip(min((at - 0.12) / 0.2, (0.76 - at) / 0.2), 0, 1))
        passing = (at + 0.25) * 2.2 - 0.19 if passed_before else (at - 0.68) * 4.0 - 0.2
        ways = ((0.31 + 0.88 * away, 0.38), (passing, 0.77))
        for number, ((x, y), skin) in enumerate(zip(ways, skins, strict=True)):
            center = (int(x * width), int(y * height))
            mask = np.zeros((height, width + 2 * beyond), np.uint8)
            axes = (width // 8, height // 9)
            cv2.ellipse(mask, (center[0] + beyond, center[1]), axes, index * 1.5, 0, 360, 1, -1)
            seen = mask[:, beyond : beyond + width] > 0
            frame[seen] = np.roll(skin, (center[1] - height // 2, center[0] - width // 2), (0, 1))[seen]
            label[seen] = number + 1
        burn(frame, index)
        frames.append(frame)
        labels.append(label)
    return Drawn(frames, labels)


def burn(frame: NDArray[np.uint8], number: int) -> None:
    """Write a number into the frame's top rows, black and white."""
    for bit in range(BITS):
        frame[:BLOCK, bit * BLOCK : (bit + 1) * BLOCK] = 255 if number >> bit & 1 else 0


def burned(frame: NDArray[np.uint8]) -> int:
    """The number that burn wrote."""
    blocks = frame[:BLOCK, : BITS * BLOCK].reshape(BLOCK, BITS, BLOCK, 3).mean(axis=(0, 2, 3))
    return sum(1 << bit for bit, value in enumerate(blocks) if value > 127)


def varying_times(frame_count: int, seed: int = 0) -> list[int]:
    """Presentation times in 1/90000 s with gaps between 1/60 and 1/8 s."""
    gaps = np.random.default_rng(seed).integers(1500, 11_250, frame_count - 1)
    return [0, *np.cumsum(gaps).tolist()]


def write_video(
    path: Path,
    frames: Sequence[NDArray[np.uint8]],
    *,
    times: Sequence[int] | None = None,
    time_base: Fraction = Fraction(1, 90_000),
    rate: int = 25,
    codec: str = "libx264",
    gop: int = 7,
    sound: str | None = None,
    rotation: int = 0,
    pixel_aspect: Fraction = Fraction(1),
    colors: Colors | None = None,
    tagged: bool = True,
    full_range: bool = False,
) -> Path:
    """Write frames as a video; sides must be even. times None is a constant rate; sound is a codec for one sine."""
    height, width = frames[0].shape[:2]
    if times is None:
        time_base, times = Fraction(1, rate), range(len(frames))
    options = {"crf": "12", "preset": "veryfast"} if codec == "libx264" else {}
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, options=options)
        stream.width, stream.height, stream.gop_size = width, height, gop
        stream.pix_fmt = "yuv420p"
        stream.time_base = stream.codec_context.time_base = time_base
        stream.codec_context.sample_aspect_ratio = pixel_aspect
        context = stream.codec_context
        if colors is not None and tagged:
            context.color_primaries, context.color_trc = colors.primaries, colors.transfer
            context.colorspace = colors.matrix
        if full_range:
            context.color_range = int(ColorRange.JPEG)
        if rotation:
            stream.set_display_rotation(rotation)
        heard = container.add_stream(sound, rate=SAMPLE_RATE) if sound else None
        for frame, time in zip(frames, times, strict=True):
            picture = av.VideoFrame.from_ndarray(frame, format="rgb24").reformat(
                format="yuv420p",
                dst_colorspace=None if colors is None else colors.colorspace,
                dst_color_range=ColorRange.JPEG if full_range else None,
            )
            picture.pts, picture.time_base = time, time_base
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
        if heard is not None:
            for piece in _sine(float(times[-1] * time_base)):
                container.mux(heard.encode(piece))
            container.mux(heard.encode(None))
    return path


def write_sound(path: Path, seconds: float = 0.5) -> Path:
    """Write a file that is heard but not seen."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=SAMPLE_RATE)
        for piece in _sine(seconds):
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return path


def png(width: int, height: int, color: tuple[int, int, int] = (40, 120, 200), form: str = "PNG") -> bytes:
    """A picture file of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), color).save(file, form)
    return file.getvalue()


def write_pictures(folder: Path, frames: Sequence[NDArray[np.uint8]], name: str = "frame{}.png") -> Path:
    """Write frames as pictures; without leading zeros, so that only a natural order is the right one."""
    folder.mkdir()
    for index, frame in enumerate(frames):
        Image.fromarray(frame).save(folder / name.format(index))
    return folder


def _sine(seconds: float) -> list[av.AudioFrame]:
    pieces, size = [], 1024
    for start in range(0, int(seconds * SAMPLE_RATE), size):
        wave = 0.3 * np.sin(2 * np.pi * 440 * np.arange(start, start + size) / SAMPLE_RATE)
        piece = av.AudioFrame.from_ndarray(wave[None].astype(np.float32), format="fltp", layout="mono")
        piece.sample_rate, piece.pts, piece.time_base = SAMPLE_RATE, start, Fraction(1, SAMPLE_RATE)
        pieces.append(piece)
    return pieces


def _texture(random: np.random.Generator, height: int, width: int, color: tuple[int, int, int]) -> NDArray[np.uint8]:
    coarse = random.normal(0, 45, (height // 8 + 1, width // 8 + 1, 3)).astype(np.float32)
    fine = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(fine + np.array(color, np.float32), 0, 255).astype(np.uint8)
