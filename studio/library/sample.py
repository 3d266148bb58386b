"""The sample clip, drawn here: a ladybird walks over the floor of a wood, turns, comes nearer, passes under grass.

Made to be followed: a textured thing on textured, moving ground, with a change of size and direction and two times
when a part of it is hidden. The same frames every time.
"""

from __future__ import annotations

import math
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.media.clip import Clip, Picture
from studio.media.writer import Film

WIDTH, HEIGHT = 1280, 720  # px
FRAME_RATE = 30
FRAME_COUNT = 240
DRAWING_SHARE = 0.5  # of drawing and taking in

_CRF = 22  # x264's scale
_SAMPLE_RATE = 48_000  # of the sound
_GROUND = (1040, 1840)  # px, height and width of what the camera pans over
_SPRITE = 480  # px, side of the ladybird's own picture
_BODY = 300  # px, of that, from head to tail
_GRASS = ((640, 1.0), (1130, -0.7))  # where blades cross the way, x on the ground, and how they lean

Drawing = NDArray[np.uint8]  # [H, W, 4] RGB and how much it covers, 0..255


@dataclass(frozen=True, slots=True)
class Place:
    """Where the ladybird is in a frame."""

    x: float  # px, its middle
    y: float
    length: float  # px, from head to tail
    heading: float  # radians, clockwise from right, as y grows downwards


def draw_sample(path: Path, heard: Callable[[float], None]) -> None:
    """Write the sample as an MP4 with sound under a name of any ending; `heard` gets the share done."""
    sound, film_path = path.with_name(f"{path.name}.wav"), path.with_name(f"{path.name}.mp4")
    try:
        _write_sound(sound)
        clip = SampleClip(sound)
        with Film(film_path, clip, crf=_CRF, preset="superfast") as film:  # somebody waits for it
            for index, picture in enumerate(clip.frames()):
                film.write(picture, index, 1)
                heard((index + 1) / FRAME_COUNT)
        film_path.replace(path)
    finally:
        sound.unlink(missing_ok=True)
        film_path.unlink(missing_ok=True)


class SampleClip(Clip):
    """The sample's frames; its path is the sound that goes with them."""

    def __init__(self, sound: Path) -> None:
        self.path = sound
        self.width, self.height = WIDTH, HEIGHT
        self.frame_count = FRAME_COUNT
        self.frame_rate = Fraction(FRAME_RATE)
        self.time_base = Fraction(1, FRAME_RATE)
        self.pixel_aspect = Fraction(1)
        self.has_sound = True

    def pts(self, index: int) -> int:
        self.check(index)
        return index

    def duration(self, index: int) -> int:
        self.check(index)
        return 1

    def frame_name(self, index: int) -> str:
        self.check(index)
        return f"{index:05d}"

    def _forward(self, start: int, stop: int) -> Iterator[Picture]:
        random = np.random.default_rng(7)
        ground, ladybird = _draw_ground(random), _draw_ladybird(random)
        shadow = _shadow_of(ladybird)
        blades = [_draw_blade(random, lean) for _, lean in _GRASS]
        for index in range(start, stop):
            left, top = _camera(index)
            picture = _window(ground, left, top)
            place = place_of(index)
            scale = place.length / _BODY
            _lay(picture, shadow, place.x + 7, place.y + 9, scale, place.heading)
            _lay(picture, ladybird, place.x, place.y, scale, place.heading)
            for (x, _), blade in zip(_GRASS, blades, strict=True):
                sway = 4 * math.sin(index / 11 + x)
                _lay(picture, blade, x + 42 - 1.15 * left + sway, HEIGHT / 2, 1.0, 0.0)  # nearer: moves faster
            yield picture


def place_of(index: int) -> Place:
    """Where the ladybird is in a frame, grass before it or not."""
    ahead, here = _way(index + 0.5), _way(index - 0.5)
    left, top = _camera(index)
    x, y = _way(index)
    wiggle = 0.07 * math.sin(index * 0.9)  # it walks on six legs
    heading = math.atan2(ahead[1] - here[1], ahead[0] - here[0]) + wiggle
    length = 150 + 45 * math.sin(2 * math.pi * index / FRAME_COUNT - 0.6)
    return Place(x - left, y - top, length, heading)


def _way(at: float) -> tuple[float, float]:
    """Its way over the ground, px."""
    share = at / FRAME_COUNT
    return 330 + 1130 * share, 520 + 190 * math.sin(2 * math.pi * (1.25 * share + 0.05)) * (0.6 + 0.4 * share)


def _camera(index: int) -> tuple[float, float]:
    """The upper left corner of what is seen of the ground, px; a hand that follows late."""
    share = index / FRAME_COUNT
    left = 30 + 500 * share * share * (3 - 2 * share) + 8 * math.sin(index / 17)
    return left, 160 + 90 * math.sin(2 * math.pi * share) + 6 * math.sin(index / 13)


def _window(ground: Picture, left: float, top: float) -> Picture:
    shift = np.array([[1, 0, -left], [0, 1, -top]], np.float64)
    return np.asarray(cv2.warpAffine(ground, shift, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR), np.uint8)


def _lay(picture: Picture, drawing: Drawing, x: float, y: float, scale: float, angle: float) -> None:
    """Lay a drawing over a picture: its middle to x, y, turned clockwise by angle."""
    height, width = drawing.shape[:2]
    cos, sin = scale * math.cos(angle), scale * math.sin(angle)
    across = int((abs(cos) * width + abs(sin) * height) / 2) + 2
    down = int((abs(sin) * width + abs(cos) * height) / 2) + 2
    left, right = max(0, int(x) - across), min(WIDTH, int(x) + across)
    top, bottom = max(0, int(y) - down), min(HEIGHT, int(y) + down)
    if left >= right or top >= bottom:
        return
    turn = np.array(
        [
            [cos, -sin, x - left - cos * width / 2 + sin * height / 2],
            [sin, cos, y - top - sin * width / 2 - cos * height / 2],
        ]
    )
    laid = cv2.warpAffine(drawing, turn, (right - left, bottom - top), flags=cv2.INTER_LINEAR)
    cover = laid[..., 3].astype(np.float32) / 255
    region = picture[top:bottom, left:right]
    region[:] = cv2.blendLinear(np.ascontiguousarray(laid[..., :3]), region, cover, 1 - cover)


def _noise(random: np.random.Generator, height: int, width: int, grain: int) -> NDArray[np.float32]:
    """Soft noise, about -1..1, with features of `grain` px."""
    coarse = random.normal(0, 0.5, (height // grain + 3, width // grain + 3)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def _draw_ground(random: np.random.Generator) -> Picture:
    """Moss and earth, fallen leaves, pebbles."""
    height, width = _GROUND
    earth = np.zeros((height, width, 3), np.float32)
    moss = np.clip(_noise(random, height, width, 160) + 0.5 * _noise(random, height, width, 45), -1, 1)[..., None]
    earth[:] = np.array((92, 84, 60)) + np.where(
        moss > 0, moss * np.array((-26, 14, -22)), moss * np.array((10, 14, 14))
    )
    for grain, strength in ((24, 16), (7, 13), (2, 9)):
        earth += strength * _noise(random, height, width, grain)[..., None] * np.array((1.0, 0.95, 0.7))
    ground = np.clip(earth, 0, 255).astype(np.uint8)
    for _ in range(46):
        _draw_leaf(ground, random)
    for _ in range(90):
        center = (int(random.integers(width)), int(random.integers(height)))
        side, shade = int(random.integers(4, 13)), int(random.integers(95, 165))
        axes = (side, max(3, int(side * 0.7)))
        cv2.ellipse(ground, (center[0] + 2, center[1] + 3), axes, 20, 0, 360, (38, 36, 28), -1, cv2.LINE_AA)
        cv2.ellipse(ground, center, axes, 20, 0, 360, (shade, shade - 4, shade - 14), -1, cv2.LINE_AA)
    return np.clip(ground + random.normal(0, 3, ground.shape), 0, 255).astype(np.uint8)


def _draw_leaf(ground: Picture, random: np.random.Generator) -> None:
    height, width = ground.shape[:2]
    x, y, angle = random.uniform(0, width), random.uniform(0, height), random.uniform(0, 2 * math.pi)
    length = random.uniform(45, 120)
    color = np.array(((150, 112, 58), (128, 92, 52), (108, 118, 54), (162, 132, 72))[random.integers(4)])
    color = np.clip(color + random.integers(-16, 16, 3), 0, 255)
    along = np.linspace(-1, 1, 24)
    half = 0.34 * length * (1 - along**2) ** 0.8
    turn = np.array(((math.cos(angle), -math.sin(angle)), (math.sin(angle), math.cos(angle))))
    rim = np.concatenate(
        [np.stack([along * length, half], 1), np.stack([along[::-1] * length, -half[::-1]], 1)]
    ) @ turn.T + (x, y)
    cv2.fillPoly(ground, [np.round(rim + 5).astype(np.int32)], (44, 40, 30), cv2.LINE_AA)
    cv2.fillPoly(ground, [np.round(rim).astype(np.int32)], color.tolist(), cv2.LINE_AA)
    vein = np.clip(color * 0.74, 0, 255).tolist()
    for at in np.linspace(-0.7, 0.8, 7):
        for side in (-1, 1):
            ends = np.array([[at * length, 0], [(at - 0.16) * length, side * 0.25 * length * (1 - at * at)]])
            first, last = np.round(ends @ turn.T + (x, y)).astype(int).tolist()
            cv2.line(ground, first, last, vein, 1, cv2.LINE_AA)
    first, last = np.round(np.array([[-length, 0], [length, 0]]) @ turn.T + (x, y)).astype(int).tolist()
    cv2.line(ground, first, last, vein, 2, cv2.LINE_AA)


def _draw_ladybird(random: np.random.Generator) -> Drawing:
    """Seen from above, its head to the right."""
    drawing = np.zeros((_SPRITE, _SPRITE, 4), np.uint8)
    middle = _SPRITE // 2
    black = (22, 20, 24, 255)
    for side in (-1, 1):
        for x, bend in ((70, 40), (5, 6), (-60, -44)):
            knee, foot = (middle + x + bend // 2, middle + side * 128), (middle + x + bend, middle + side * 158)
            cv2.line(drawing, (middle + x, middle + side * 70), knee, black, 13, cv2.LINE_AA)
            cv2.line(drawing, knee, foot, black, 9, cv2.LINE_AA)
        cv2.line(drawing, (middle + 125, middle + side * 18), (middle + 168, middle + side * 44), black, 6, cv2.LINE_AA)
    cv2.ellipse(drawing, (middle + 112, middle), (38, 56), 0, 0, 360, black, -1, cv2.LINE_AA)
    for side in (-1, 1):
        cv2.ellipse(
            drawing, (middle + 120, middle + side * 36), (13, 11), 0, 0, 360, (236, 232, 220, 255), -1, cv2.LINE_AA
        )
    shell = (middle - 22, middle), (128, 112)
    cv2.ellipse(drawing, *shell, 0, 0, 360, (206, 36, 22, 255), -1, cv2.LINE_AA)
    cv2.line(drawing, (middle - 150, middle), (middle + 104, middle), (60, 12, 10, 255), 5, cv2.LINE_AA)
    for x, y, side in (
        (70, 0, 26),
        (28, 62, 22),
        (20, -66, 25),
        (-52, 38, 27),
        (-46, -40, 22),
        (-98, 64, 14),
        (-104, -56, 17),
    ):
        cv2.ellipse(drawing, (middle - 22 + x, middle + y), (side, side), 0, 0, 360, black, -1, cv2.LINE_AA)
    return _shaded(drawing, random)


def _shaded(drawing: Drawing, random: np.random.Generator) -> Drawing:
    """Round, with grain and a gleam."""
    rows, columns = np.mgrid[:_SPRITE, :_SPRITE].astype(np.float32) / (_SPRITE / 2) - 1
    light = 1.12 - 0.75 * ((columns + 0.08) ** 2 + (rows + 0.14) ** 2)
    grain = 1 + 0.10 * _noise(random, _SPRITE, _SPRITE, 6)
    gleam = 95 * np.exp(-(((columns + 0.18) / 0.16) ** 2 + ((rows + 0.22) / 0.08) ** 2))
    shaded = drawing[..., :3] * (light * grain)[..., None] + gleam[..., None]
    return np.dstack([np.clip(shaded, 0, 255).astype(np.uint8), drawing[..., 3]])


def _shadow_of(drawing: Drawing) -> Drawing:
    shadow = np.zeros_like(drawing)
    shadow[..., 3] = cv2.GaussianBlur(drawing[..., 3], (0, 0), 9) // 2
    return shadow


def _draw_blade(random: np.random.Generator, lean: float) -> Drawing:
    """A blade of grass from the bottom of the picture to its top."""
    height, width = HEIGHT + 60, 280
    drawing = np.zeros((height, width, 4), np.uint8)
    along = np.linspace(0, 1, 40)
    middle = width / 2 + lean * 90 * (along - 0.5) + 40 * lean * np.sin(math.pi * along)
    half = 6 + 27 * along**0.7
    left, right = np.stack([middle - half, along * height], 1), np.stack([middle + half, along * height], 1)
    cv2.fillPoly(
        drawing, [np.round(np.concatenate([left, right[::-1]])).astype(np.int32)], (96, 148, 52, 255), cv2.LINE_AA
    )
    spine = np.round(np.stack([middle, along * height], 1)).astype(np.int32)
    cv2.polylines(drawing, [spine], False, (128, 176, 78, 255), 4, cv2.LINE_AA)
    streaks = (
        1 + 0.16 * _noise(random, height, width, 5)[..., None] + 0.12 * _noise(random, height, width, 60)[..., None]
    )
    return np.dstack([np.clip(drawing[..., :3] * streaks, 0, 255).astype(np.uint8), drawing[..., 3]])


def _write_sound(path: Path) -> None:
    """Wind in the trees and small steps, as a WAV file."""
    random = np.random.default_rng(11)
    count = FRAME_COUNT * _SAMPLE_RATE // FRAME_RATE
    time = np.arange(count) / _SAMPLE_RATE
    slow = np.interp(time * 90, np.arange(FRAME_COUNT * 4), random.normal(0, 1, FRAME_COUNT * 4))
    hiss = np.convolve(random.normal(0, 1, count), np.ones(40) / 40, mode="same")
    heard = 0.16 * hiss * (1 + 0.35 * np.sin(2 * math.pi * time / 3.1)) + 0.01 * slow
    for step in np.arange(0.1, FRAME_COUNT / FRAME_RATE - 0.1, 0.23):
        since = np.clip(time - step, 0, None)
        heard += 0.22 * np.exp(-since * 160) * np.sin(2 * math.pi * 310 * since)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_SAMPLE_RATE)
        file.writeframes((np.clip(heard, -1, 1) * 32_000).astype("<i2").tobytes())
