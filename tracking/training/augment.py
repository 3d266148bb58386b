"""Making pairs: a template of 127 px and a search region of 255 px of one object, as a tracker would cut them.

Two ways: cut from the picture itself ("native"), or the object pasted on another picture that both share, which is how
stills become something like video. Everything about pair number n follows from (seed, n): which worker makes it,
and whether the run was interrupted, changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from tracking.crop import SEARCH_SIDE, TEMPLATE_SIDE, context_side
from tracking.training.cache import Cache, ObjectTrack, Sighting

TOUCH_PX = 2  # labels no further apart than this touch
UNION_SHARE = 0.1  # the smaller of two objects that are learned as one has at least this of the larger one's area

Pixels = NDArray[np.float32]  # [S, S, 3] RGB, 0..255
Alpha = NDArray[np.float32]  # [S, S], 0..1
Affine = NDArray[np.float64]  # [2, 3], source pixels to crop pixels


@dataclass(frozen=True, slots=True)
class Rates:
    """How often and how hard; probabilities unless a unit is named."""

    paste: float = 0.5
    distractor: float = 0.45
    occluder: float = 0.2
    negative: float = 0.08
    elastic: float = 0.3
    flip: float = 0.5
    gray: float = 0.1
    blur: float = 0.15
    noise: float = 0.2
    jpeg: float = 0.15
    scale: float = 0.18  # search scale is drawn in 1 / (1 + scale) .. 1 + scale
    shift_px: float = 56.0  # search centre, each way
    rotation_deg: float = 12.0
    perspective: float = 0.05
    frame_border: float = 0.25  # strips of the search region lie outside the frame


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """One training sample."""

    template: NDArray[np.uint8]  # [127, 127, 3] RGB
    search: NDArray[np.uint8]  # [255, 255, 3] RGB
    mask: NDArray[np.bool_]  # [255, 255], the visible part of the object
    present: bool  # False: the search region does not show the template's object


@dataclass(frozen=True, slots=True, eq=False)
class PairMaker:
    """Draws pairs from one side of a cache, every source with its weight and every object of a source alike."""

    cache: Cache
    rates: Rates = field(default_factory=Rates)
    seed: int = 0
    held_out: bool = False
    weights: dict[str, float] = field(default_factory=dict)  # by source; 1 where not named, times sqrt(objects)
    unions: dict[str, float] = field(default_factory=dict)  # by source: how often one that touches is one with it
    _beside: dict[int, list[Sighting]] = field(init=False, default_factory=dict)  # by picture
    _tracks: dict[str, list[ObjectTrack]] = field(init=False, default_factory=dict)
    _chances: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        for track in self.cache.tracks:
            if track.held_out == self.held_out:
                self._tracks.setdefault(track.source, []).append(track)
                if self.unions.get(track.source):
                    for sighting in track.sightings:
                        self._beside.setdefault(sighting.picture, []).append(sighting)
        # the root: a thousand cars teach more than ten balloons, but not a hundred times more
        chances = np.array([self.weights.get(s, 1.0) * len(t) ** 0.5 for s, t in self._tracks.items()], np.float64)
        object.__setattr__(self, "_chances", chances / chances.sum())

    def pair(self, number: int) -> Pair:
        """Pair `number`, always the same."""
        rng = np.random.default_rng((self.seed, int(self.held_out), number))
        track = self._draw(rng)
        first = track.sightings[rng.integers(len(track.sightings))]
        second = self._later(track, first, rng)
        if first is second and self._beside and rng.random() < self.unions.get(track.source, 0.0):
            first = second = self._united(first, rng)
        negative = rng.random() < self.rates.negative
        if negative:
            second = self._draw(rng).sightings[0]
        flip = rng.random() < self.rates.flip
        look_z, look_x = _looks(rng, self.rates)

        paste = rng.random() < self.rates.paste or self._fills_its_picture(second)
        backdrop = self._backdrop(rng) if paste else None
        template, _ = self._place(first, TEMPLATE_SIDE, _template_affine(first, flip, rng), backdrop, rng, 0.0)
        affine = _search_affine(second, flip, self.rates, rng)
        search, alpha = self._place(second, SEARCH_SIDE, affine, backdrop, rng, self.rates.elastic)
        whole = float(alpha.sum())
        if rng.random() < self.rates.distractor:
            search = self._add(search, 1 - alpha, rng, near=0.0)[0]
        if rng.random() < self.rates.occluder:
            covered, cover = self._add(search, np.ones_like(alpha), rng, near=0.5)
            if float((alpha * (1 - cover)).sum()) > 0.45 * whole:  # an object nobody can see is no lesson
                search, alpha = covered, alpha * (1 - cover)
        if rng.random() < self.rates.frame_border:
            search, alpha = _frame_border(search, alpha, rng)
        mask = alpha > 0.5
        return Pair(
            template=look_z.apply(template, rng),
            search=look_x.apply(search, rng),
            mask=mask,
            present=not negative and int(mask.sum()) > 60,
        )

    def _draw(self, rng: np.random.Generator) -> ObjectTrack:
        tracks = list(self._tracks.values())[rng.choice(self._chances.size, p=self._chances)]
        return tracks[rng.integers(len(tracks))]

    def _later(self, track: ObjectTrack, first: Sighting, rng: np.random.Generator) -> Sighting:
        if len(track.sightings) == 1:
            return first
        near = [s for s in track.sightings if abs(s.picture - first.picture) <= 20]  # SiamMask's frame_range
        return near[rng.integers(len(near))]

    def _united(self, one: Sighting, rng: np.random.Generator) -> Sighting:
        """It and one it touches as one object, as a rider with the bicycle is to who draws the box; itself if alone."""
        labels = self.cache.labels(one.picture)
        size = 2 * TOUCH_PX + 1
        reach = cv2.dilate((labels == one.label).astype(np.uint8), np.ones((size, size), np.uint8)) > 0
        touching = np.unique(labels[reach])
        near = [
            other
            for other in self._beside[one.picture]
            if other is not one
            and other.label in touching
            and min(one.area_px, other.area_px) >= UNION_SHARE * max(one.area_px, other.area_px)
        ]
        return one.with_part(near[rng.integers(len(near))]) if near else one

    def _fills_its_picture(self, sighting: Sighting) -> bool:
        """Whether the picture's edge would give the object's outline away, were it cut natively.

        Short of that, a region that is mostly fill is a lesson: a large object in a video frame looks like it.
        """
        picture = self.cache.pictures[sighting.picture]
        return sighting.width * sighting.height > 0.6 * picture.width * picture.height

    def _backdrop(self, rng: np.random.Generator) -> NDArray[np.uint8]:
        return self.cache.pixels(int(rng.integers(len(self.cache.pictures))))

    def _place(
        self,
        sighting: Sighting,
        side: int,
        affine: Affine,
        backdrop: NDArray[np.uint8] | None,
        rng: np.random.Generator,
        elastic: float,
    ) -> tuple[Pixels, Alpha]:
        pixels, labels = self.cache.pixels(sighting.picture), self.cache.labels(sighting.picture)
        mask = sighting.mask(labels).astype(np.float32)
        matrix = np.vstack([affine, [0, 0, 1]])
        if side == SEARCH_SIDE:
            matrix = _perspective(side, self.rates.perspective, rng) @ matrix
        fill = cv2.mean(pixels[::8, ::8])[:3]
        warped = cv2.warpPerspective(pixels, matrix, (side, side), flags=cv2.INTER_LINEAR, borderValue=fill)
        view = np.asarray(warped, np.float32)
        alpha = np.asarray(cv2.warpPerspective(mask, matrix, (side, side), flags=cv2.INTER_LINEAR), np.float32)
        if backdrop is not None:
            around = _cover(backdrop, side, rng)
            soft = np.asarray(cv2.GaussianBlur(alpha, (3, 3), 0), np.float32)[..., None]
            view = np.asarray(view * soft + around * (1 - soft), np.float32)
        return _bend(view, alpha, rng) if rng.random() < elastic else (view, alpha)

    def _add(self, view: Pixels, room: Alpha, rng: np.random.Generator, near: float) -> tuple[Pixels, Alpha]:
        """Paste another object where room allows it; near 0 anywhere, 1 over the centre. Returns view and its alpha."""
        other = self._draw(rng).sightings[0]
        scale = TEMPLATE_SIDE / context_side(other.width, other.height) * rng.uniform(0.6, 1.4)
        reach = SEARCH_SIDE / 2 * (1 - near)
        x, y = SEARCH_SIDE / 2 + rng.uniform(-reach, reach, 2)
        angle = rng.uniform(-30, 30)
        affine = _affine(other, scale, angle, rng.random() < 0.5, (x, y))
        labels = self.cache.labels(other.picture)
        size = (SEARCH_SIDE, SEARCH_SIDE)
        hard = cv2.warpAffine(other.mask(labels).astype(np.float32), affine, size, flags=cv2.INTER_LINEAR)
        alpha: Alpha = np.asarray(cv2.GaussianBlur(hard, (3, 3), 0) * room, np.float32)
        pasted = cv2.warpAffine(self.cache.pixels(other.picture), affine, size, flags=cv2.INTER_LINEAR)
        mixed = view * (1 - alpha[..., None]) + np.asarray(pasted, np.float32) * alpha[..., None]
        return mixed, alpha


@dataclass(frozen=True, slots=True)
class _Look:
    """Colour, sharpness and compression of one crop; a pair's two share most of it, as two frames of a clip do."""

    gain: tuple[float, float, float]
    lift: float
    gamma: float
    gray: bool
    blur_px: float
    motion_px: int
    noise: float
    jpeg: int

    def apply(self, pixels: Pixels, rng: np.random.Generator) -> NDArray[np.uint8]:
        out = pixels * np.array(self.gain, np.float32) + np.float32(self.lift)
        if self.gray:
            out = np.repeat(out.mean(axis=2, keepdims=True), 3, axis=2)
        if self.blur_px > 0:
            out = np.asarray(cv2.GaussianBlur(out, (0, 0), self.blur_px), np.float32)
        if self.motion_px > 1:
            kernel = np.zeros((self.motion_px, self.motion_px), np.float32)
            kernel[self.motion_px // 2] = 1 / self.motion_px
            out = np.asarray(cv2.filter2D(out, -1, kernel if rng.random() < 0.5 else kernel.T), np.float32)
        if self.noise > 0:
            out = out + rng.standard_normal(out.shape, np.float32) * np.float32(self.noise)
        clipped: NDArray[np.uint8] = np.clip(out, 0, 255).astype(np.uint8)
        if self.gamma != 1:
            table = (np.linspace(0, 1, 256) ** self.gamma * 255).round().astype(np.uint8)
            clipped = table[clipped]
        if self.jpeg:
            _, packed = cv2.imencode(".jpg", clipped, [cv2.IMWRITE_JPEG_QUALITY, self.jpeg])
            clipped = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)  # channel order goes round unchanged
        return clipped


def _looks(rng: np.random.Generator, rates: Rates) -> tuple[_Look, _Look]:
    gain = rng.uniform(0.75, 1.25) * rng.uniform(0.92, 1.08, 3)
    lift, gamma = rng.uniform(-20, 20), float(rng.uniform(0.8, 1.25))
    gray = bool(rng.random() < rates.gray)

    def look() -> _Look:
        own = gain * rng.uniform(0.93, 1.07) * rng.uniform(0.97, 1.03, 3)
        return _Look(
            gain=(float(own[0]), float(own[1]), float(own[2])),
            lift=float(lift + rng.uniform(-8, 8)),
            gamma=gamma,
            gray=gray,
            blur_px=float(rng.uniform(0.5, 1.5)) if rng.random() < rates.blur else 0.0,
            motion_px=int(rng.integers(3, 10)) if rng.random() < rates.blur / 3 else 0,
            noise=float(rng.uniform(2, 9)) if rng.random() < rates.noise else 0.0,
            jpeg=int(rng.integers(35, 90)) if rng.random() < rates.jpeg else 0,
        )

    return look(), look()


def _affine(
    sighting: Sighting, scale: float, angle_deg: float, flip: bool, to: tuple[float, float], stretch: float = 1.0
) -> Affine:
    """Map the sighting's centre to `to`, scaled, stretched in width, turned, mirrored."""
    x, y = sighting.x + (sighting.width - 1) / 2, sighting.y + (sighting.height - 1) / 2
    cos, sin = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    shape = np.diag([scale * stretch * (-1 if flip else 1), scale / stretch])
    linear = np.array([[cos, -sin], [sin, cos]]) @ shape
    return np.column_stack([linear, np.array(to) - linear @ (x, y)])


def _template_affine(sighting: Sighting, flip: bool, rng: np.random.Generator) -> Affine:
    scale = TEMPLATE_SIDE / context_side(sighting.width, sighting.height) * rng.uniform(0.95, 1.05)
    x, y = (TEMPLATE_SIDE - 1) / 2 + rng.uniform(-4, 4, 2)
    return _affine(sighting, float(scale), 0.0, flip, (float(x), float(y)))


def _search_affine(sighting: Sighting, flip: bool, rates: Rates, rng: np.random.Generator) -> Affine:
    spread = np.log1p(rates.scale)
    scale = TEMPLATE_SIDE / context_side(sighting.width, sighting.height) * np.exp(rng.uniform(-spread, spread))
    stretch = float(np.exp(rng.uniform(-0.06, 0.06)))
    # most objects move little between frames; a few jump
    x, y = (SEARCH_SIDE - 1) / 2 + rates.shift_px * rng.uniform(-1, 1, 2) * rng.choice([0.4, 1.0])
    angle = float(rng.normal(0, rates.rotation_deg / 2))
    return _affine(sighting, float(scale), angle, flip, (float(x), float(y)), stretch)


def _perspective(side: int, strength: float, rng: np.random.Generator) -> Affine:
    square = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)
    moved = square + rng.uniform(-strength, strength, (4, 2)).astype(np.float32) * side / 2
    return np.asarray(cv2.getPerspectiveTransform(square, moved), np.float64)


def _cover(picture: NDArray[np.uint8], side: int, rng: np.random.Generator) -> Pixels:
    """A random square of the picture, at least as large as fits 255 px at twice its size, as [side, side, 3]."""
    height, width = picture.shape[:2]
    zoom = SEARCH_SIDE / min(height, width) * rng.uniform(1.0, 1.8)
    view = side / zoom
    left, top = rng.uniform(0, max(1e-6, width - view)), rng.uniform(0, max(1e-6, height - view))
    matrix = np.array([[zoom, 0, -left * zoom], [0, zoom, -top * zoom]], np.float64)
    out = cv2.warpAffine(picture, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return out.astype(np.float32)


def _bend(view: Pixels, alpha: Alpha, rng: np.random.Generator) -> tuple[Pixels, Alpha]:
    """A smooth displacement of a few pixels: limbs move."""
    side = alpha.shape[0]
    coarse = rng.normal(0, 5, (6, 6, 2)).astype(np.float32)
    shift = cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC)
    y, x = np.mgrid[:side, :side].astype(np.float32)
    at = (x + shift[..., 0], y + shift[..., 1])
    bent = cv2.remap(view, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(bent, np.float32), np.asarray(cv2.remap(alpha, *at, cv2.INTER_LINEAR), np.float32)


def _frame_border(view: Pixels, alpha: Alpha, rng: np.random.Generator) -> tuple[Pixels, Alpha]:
    """Lay strips of the mean colour over one to three edges, as a region that reaches past the frame has."""
    outside = np.zeros(alpha.shape, bool)
    for edge in rng.permutation(4)[: rng.integers(1, 4)]:
        depth = int(rng.integers(8, 90))
        strip = slice(0, depth) if edge % 2 else slice(-depth, None)
        outside[(strip, slice(None)) if edge < 2 else (slice(None), strip)] = True
    kept = np.asarray(np.where(outside, 0, alpha), np.float32)
    if kept.sum() < 0.5 * alpha.sum():
        return view, alpha
    return np.asarray(np.where(outside[..., None], view.mean(axis=(0, 1)), view), np.float32), kept
