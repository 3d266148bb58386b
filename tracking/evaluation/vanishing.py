"""Clips in which an object goes out of sight and comes back, and where it truly is in each frame.

Three sources. Drawn: shapes and grounds made here from a seed, always the same. Cut out: objects of labelled photos
laid on other photos. Panned: a window moved over a real, labelled clip, so that the object leaves the window and
comes back into it; nothing is drawn, only the window's way is.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]  # [H, W, 3] RGB
Sprite = NDArray[np.uint8]  # [H, W, 4] RGB and how much it covers, 0..255
Bits = NDArray[np.bool_]

WIDTH, HEIGHT = 512, 320  # px
FRAMES = 72
GONE_SHARE = 0.03  # of its area still seen, under which an object is absent
SEEN_SHARE = 0.5  # above which it is back; between the two nothing is asked
_WINDOW = (0.42, 0.8)  # of a real clip's sides: narrow enough to be led past what is in the middle
_SPRITE = 160  # px, side of a drawn object's own picture


class Story(enum.Enum):
    """What happens to the object."""

    LEAVES = "leaves"  # over the edge, and back over the same
    ELSEWHERE = "elsewhere"  # over the edge, and back over the opposite one
    COVERED = "covered"  # behind something wider than it
    CUT = "cut"  # another scene, then this one again
    ALIKE = "alike"  # covered, while another one like it stays in sight
    STAYS = "stays"  # never gone; a pole passes before it, it turns and grows
    BESIDE = "beside"  # covered, while another one like it goes on at its side
    PASSES = "passes"  # another one like it crosses its way, before it or behind it


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """One frame and its truth."""

    picture: Picture
    mask: Bits  # [H, W], the pixels of the object that are seen
    share: float  # of its area that is seen, 0..1
    alike: Bits | None = None  # [H, W], the pixels of another one like it; None where there is none


@dataclass(frozen=True, slots=True)
class VanishingClip:
    """A clip by name; frames() makes it anew each time, the same."""

    name: str
    frames: Callable[[], Iterator[Shown]]


@dataclass(frozen=True, slots=True, eq=False)
class Cast:
    """What a composed clip is made of."""

    object: Sprite
    alike: Sprite
    cover: Picture  # the texture of what covers
    grounds: tuple[Picture, Picture]  # this scene's and another's; larger than a frame


Casts = Callable[[np.random.Generator], Cast]


def drawn_clips(seeds: Sequence[int]) -> list[VanishingClip]:
    """One clip for each seed and story, of drawn things."""
    return composed_clips("drawn", _drawn_cast, seeds)


def composed_clips(kind: str, casts: Casts, seeds: Sequence[int]) -> list[VanishingClip]:
    """One clip for each seed and story, of what casts gives for a generator of that seed and story."""
    return [
        VanishingClip(f"{kind}-{story.value}-{seed}", partial(_compose, story, seed, casts))
        for seed in seeds
        for story in Story
    ]


def panned_clip(name: str, pictures: Sequence[Picture], masks: Sequence[Bits], seed: int) -> VanishingClip:
    """A real clip seen through an upright window that is led away from the object and back.

    pictures: [H, W, 3] RGB each, masks [H, W] bool of the same sizes. The object is in sight in the first third, led
    out of sight for about a quarter of the clip, and in sight in the last third.
    """
    return VanishingClip(name, partial(_pan, pictures, masks, seed))


def _pan(pictures: Sequence[Picture], masks: Sequence[Bits], seed: int) -> Iterator[Shown]:
    height, width = masks[0].shape
    side_x, side_y = int(width * _WINDOW[0]), int(height * _WINDOW[1])
    centers = _centers(masks)
    random = np.random.default_rng(seed)
    away = 1 if centers[len(centers) // 2][0] < width / 2 else -1  # the window goes where there is room
    wave = random.uniform(0, 2 * math.pi)
    count = len(masks)
    for index, (picture, mask) in enumerate(zip(pictures, masks, strict=True)):
        x, y = centers[index]
        gone = _plateau(index / count, 0.36, 0.64, 0.08)
        to_x = x + 0.12 * side_x * math.sin(index / 9 + wave) + away * gone * width
        left = int(np.clip(to_x - side_x / 2, 0, width - side_x))
        top = int(np.clip(y - side_y / 2 + 0.1 * side_y * math.sin(index / 7), 0, height - side_y))
        window = slice(top, top + side_y), slice(left, left + side_x)
        seen = mask[window]
        share = float(seen.sum() / max(1, mask.sum()))
        yield Shown(np.ascontiguousarray(picture[window]), seen, share)


def _centers(masks: Sequence[Bits]) -> list[tuple[float, float]]:
    """Of each mask's pixels, smoothed over nine frames; an empty mask takes its neighbour's."""
    centers: list[tuple[float, float]] = []
    for mask in masks:
        rows, columns = np.nonzero(mask)
        if len(rows):
            centers.append((float(columns.mean()), float(rows.mean())))
        else:
            centers.append(centers[-1] if centers else (mask.shape[1] / 2, mask.shape[0] / 2))
    padded = np.pad(np.array(centers), ((4, 4), (0, 0)), mode="edge")
    smooth = np.stack([np.convolve(padded[:, axis], np.ones(9) / 9, mode="valid") for axis in (0, 1)], axis=1)
    return [(float(x), float(y)) for x, y in smooth]


def _plateau(at: float, first: float, last: float, slope: float) -> float:
    """0 outside first..last, 1 inside, with ramps of this width before and after."""
    return float(np.clip(min((at - first) / slope + 1, (last - at) / slope + 1), 0, 1))


def _compose(story: Story, seed: int, casts: Casts) -> Iterator[Shown]:
    random = np.random.default_rng([seed, list(Story).index(story)])
    cast = casts(random)
    scale = random.uniform(70, 110) / max(cast.object.shape[:2])
    y0, wave, speed = random.uniform(0.4, 0.6) * HEIGHT, random.uniform(0, 6), random.uniform(0.8, 1.2)
    grain = random.normal(0, 3, (HEIGHT + 40, WIDTH, 3)).astype(np.float32)  # a sensor's; shifted each frame
    for index in range(FRAMES):
        at = index / FRAMES
        gone = _plateau(at, 0.40, 0.64, 0.12)
        x, y = WIDTH * (0.3 + 0.12 * math.sin(9 * at * speed)), y0 + 0.1 * HEIGHT * math.sin(7 * at + wave)
        turn, grow = 0.25 * math.sin(5 * at + wave), 1 + 0.2 * math.sin(6 * at * speed)
        pan = 40 * at, 12 * math.sin(5 * at + wave)
        side = scale * grow * max(cast.object.shape[:2])
        elsewhere = story is Story.CUT and 0.40 <= at < 0.68
        ground = cast.grounds[elsewhere]
        left, top = int(20 + pan[0]), int(20 + pan[1])
        picture = ground[top : top + HEIGHT, left : left + WIDTH].copy()
        alike = None
        if story is Story.ALIKE:
            alike, _ = _lay(picture, cast.alike, WIDTH * 0.72, HEIGHT - y, scale * grow, -turn)
        if story is Story.BESIDE:
            x += 0.2 * WIDTH  # the other stands where what covers never comes: on the far side of it
            alike, _ = _lay(picture, cast.alike, x - 1.3 * side, HEIGHT - y, scale * grow, -turn)
        crossing = WIDTH * (1.15 - 1.3 * at), y + 0.06 * HEIGHT * math.cos(wave), scale * grow, -turn
        behind = seed % 2 == 0
        if story is Story.PASSES and behind:
            alike, _ = _lay(picture, cast.alike, *crossing)
        if story in (Story.LEAVES, Story.ELSEWHERE):
            reach = 0.55 * WIDTH
            x = x - gone * reach if story is Story.LEAVES or at < 0.52 else x + gone * (WIDTH - x + 0.25 * WIDTH)
        if story is Story.STAYS:
            turn, grow = 0.9 * math.sin(4 * at), 1 + 0.5 * math.sin(3 * at)
        cover, whole = _nothing() if elsewhere else _lay(picture, cast.object, x, y, scale * grow, turn)
        if story is Story.PASSES and not behind:
            alike, _ = _lay(picture, cast.alike, *crossing)
            cover &= ~alike
        elif alike is not None:
            alike &= ~cover
        if story in (Story.COVERED, Story.ALIKE, Story.BESIDE):
            _cover(picture, cover, cast.cover, x, WIDTH, gone, 0.5 * scale * grow * cast.object.shape[1])
        if story is Story.STAYS:
            pole = int(WIDTH * (0.05 + 0.8 * at))
            picture[:, pole : pole + 14] = cast.cover[:HEIGHT, 40:54]
            cover[:, pole : pole + 14] = False
        light = grain[random.integers(0, 40) :][:HEIGHT] + 6 * math.sin(index / 8)
        picture = np.clip(picture + light, 0, 255).astype(np.uint8)
        yield Shown(picture, cover, min(1.0, float(cover.sum()) / whole), alike)


def _nothing() -> tuple[Bits, float]:
    return np.zeros((HEIGHT, WIDTH), np.bool_), 1.0


def _cover(picture: Picture, mask: Bits, texture: Picture, x: float, width: int, gone: float, half: float) -> None:
    """A board that is pushed in from the right until it hides the object, and drawn back."""
    edge = int(width - gone * (width - (x - half - 12)))
    if edge < width:
        edge = max(0, edge)
        right = min(width, edge + int(2 * half + 60))
        picture[:, edge:right] = texture[:HEIGHT, : right - edge]
        mask[:, edge:right] = False


def _lay(picture: Picture, sprite: Sprite, x: float, y: float, scale: float, angle: float) -> tuple[Bits, float]:
    """Lay a sprite's middle at x, y; returns what of the frame it covers, and its whole area in px."""
    height, width = sprite.shape[:2]
    cos, sin = scale * math.cos(angle), scale * math.sin(angle)
    turn = np.array(
        [[cos, -sin, x - cos * width / 2 + sin * height / 2], [sin, cos, y - sin * width / 2 - cos * height / 2]]
    )
    laid = cv2.warpAffine(sprite, turn, (picture.shape[1], picture.shape[0]), flags=cv2.INTER_AREA)
    cover = laid[..., 3:].astype(np.float32) / 255
    picture[:] = (picture * (1 - cover) + laid[..., :3] * cover).astype(np.uint8)
    return cover[..., 0] > 0.5, float((sprite[..., 3] > 127).sum()) * scale * scale


def _drawn_cast(random: np.random.Generator) -> Cast:
    shape, colors = _shape(random), _colors(random)
    thing = _drawn_sprite(random, shape, colors)
    alike = _drawn_sprite(random, shape, [np.clip(color + random.normal(0, 14, 3), 0, 255) for color in colors])
    grounds = (_drawn_ground(random), _drawn_ground(random))
    return Cast(thing, alike, _drawn_ground(random), grounds)


def _colors(random: np.random.Generator) -> list[NDArray[np.float64]]:
    return [random.uniform(20, 240, 3) for _ in range(3)]


def _shape(random: np.random.Generator) -> NDArray[np.float64]:
    """[96] radii of a closed, smooth outline, shares of half the sprite."""
    angles = np.linspace(0, 2 * math.pi, 96, endpoint=False)
    radii = np.ones(96)
    for wave in (2, 3, 5):
        radii += random.uniform(0, 0.5 / wave) * np.cos(wave * angles + random.uniform(0, 2 * math.pi))
    return np.asarray(0.92 * radii / radii.max(), np.float64)


def _drawn_sprite(
    random: np.random.Generator, shape: NDArray[np.float64], colors: Sequence[NDArray[np.float64]]
) -> Sprite:
    """An outline with stripes, spots, grain and a shaded side."""
    half = _SPRITE / 2
    angles = np.linspace(0, 2 * math.pi, len(shape), endpoint=False)
    outline = np.stack([half + half * shape * np.cos(angles), half + half * shape * np.sin(angles)], axis=1)
    alpha = np.zeros((_SPRITE, _SPRITE), np.uint8)
    cv2.fillPoly(alpha, [np.round(outline).astype(np.int32)], 255, cv2.LINE_AA)
    rows, columns = np.mgrid[:_SPRITE, :_SPRITE].astype(np.float32) / _SPRITE
    body = np.zeros((_SPRITE, _SPRITE, 3), np.float32) + colors[0]
    lean, width = random.uniform(0, math.pi), random.uniform(2, 4)
    stripes = np.sin(2 * math.pi * width * (columns * math.cos(lean) + rows * math.sin(lean))) > 0.5
    body[stripes] = colors[1]
    for _ in range(5):
        spot = tuple(int(v) for v in random.integers(30, _SPRITE - 30, 2))
        cv2.circle(body, spot, int(random.integers(7, 18)), tuple(float(c) for c in colors[2]), -1)
    light = 1.15 - 0.6 * rows + 0.15 * _noise(random, _SPRITE, _SPRITE, 6)
    return np.dstack([np.clip(body * light[..., None], 0, 255).astype(np.uint8), alpha])


def _drawn_ground(random: np.random.Generator) -> Picture:
    """Soft noise of several grains, and stones and leaves of other colours."""
    height, width = HEIGHT + 80, WIDTH + 120
    ground = np.zeros((height, width, 3), np.float32) + random.uniform(50, 180, 3)
    for grain, strength in ((150, 34), (40, 20), (12, 16), (3, 10)):
        ground += strength * _noise(random, height, width, grain)[..., None] * random.uniform(0.6, 1, 3)
    picture = np.clip(ground, 0, 255).astype(np.uint8)
    for _ in range(60):
        center = int(random.integers(width)), int(random.integers(height))
        axes = int(random.integers(5, 34)), int(random.integers(4, 16))
        color = np.clip(picture[center[1], center[0]] + random.normal(0, 45, 3), 0, 255)
        cv2.ellipse(picture, center, axes, int(random.integers(180)), 0, 360, color.tolist(), -1, cv2.LINE_AA)
    return picture


def _noise(random: np.random.Generator, height: int, width: int, grain: int) -> NDArray[np.float32]:
    """Soft noise, about -1..1, with features of `grain` px."""
    coarse = random.normal(0, 0.5, (height // grain + 3, width // grain + 3)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)
