"""What a reader finds: objects, their masks and boxes, put together and checked against the clip as they come."""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgpack
import numpy as np
from numpy.typing import NDArray

from studio.imports.errors import BadImport
from studio.imports.shapes import BadShape, Bits, bits_of_counts
from studio.media import rle

MOST_OBJECTS = 100  # a clip can have no more
MOST_MASKS = 1_000_000
MOST_LETTERS = 80  # of a name
MIN_SIDE_PX = 4.0  # of a box that a track can start from
IMPORTED = "imported"  # the state of every mask but a project file's

Box = tuple[float, float, float, float]  # x, y, width, height


@dataclass(frozen=True, slots=True)
class Clip:
    """What a file must fit."""

    width: int
    height: int
    frame_count: int


@dataclass(slots=True)
class Object:
    """An object of the file."""

    key: object  # what the file tells it apart by
    category: str
    number: int | None = None  # the file's, where it has one that can be an object's
    name: str = ""  # where the file names objects and not only kinds of them
    color: str = ""
    visible: bool = True
    bare: bool = False  # it is made even without a mask or a box


@dataclass(frozen=True, slots=True)
class Found:
    """A mask of the file."""

    object: int  # its place among the objects
    frame: int
    counts: bytes  # COCO run lengths of the whole picture, compressed
    area: int
    score: float
    corners: tuple[float, ...]  # 8 numbers
    state: str
    run: int | None = None


@dataclass(slots=True)
class Scene:
    """Objects, masks and boxes of one file. Every fault names `where` it was found."""

    clip: Clip
    tick: Callable[[], None] = lambda: None  # hears of every mask
    objects: list[Object] = field(default_factory=list)
    prompts: dict[tuple[int, int], Box] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)  # what a person should know before importing, a sentence each
    runs: list[Mapping[str, object] | None] = field(default_factory=list)  # of a project file; None: nothing is known
    source: Mapping[str, object] = field(default_factory=dict)  # the film's, where the file tells
    _places: dict[object, int] = field(default_factory=dict)
    _masks: dict[tuple[int, int], Found] = field(default_factory=dict)

    def object_of(self, key: object, category: str, where: str, **about: object) -> int:
        """The place of the object with this key, which is made where it is new."""
        if key not in self._places:
            if len(self.objects) >= MOST_OBJECTS:
                raise BadImport(where, f"there are more than {MOST_OBJECTS} objects, and a clip can have no more")
            self._places[key] = len(self.objects)
            self.objects.append(Object(key, clean(category) or "object", **about))  # type: ignore[arg-type]
        return self._places[key]

    def frame(self, number: int, where: str) -> int:
        """A frame's index, checked."""
        if not 0 <= number < self.clip.frame_count:
            raise BadImport(where, f"frame {number} is not in a clip of {self.clip.frame_count} frames")
        return number

    def size(self, width: object, height: object, where: str) -> None:
        """Refuse what is of another size."""
        if (width, height) != (self.clip.width, self.clip.height):
            there = f"{self.clip.width} x {self.clip.height}"
            raise BadImport(where, f"this is of a picture of {width} x {height} px, and the clip has {there}")

    def add(self, place: int, frame: int, bits: Bits, where: str, score: float = 1.0) -> None:
        """Pixels of an object, [H, W] bool; what is told twice of a frame is all of it."""
        known = self._masks.get((place, frame))
        if known is not None:
            bits = bits | bits_of_counts(known.counts, self.clip.height, self.clip.width)
            score = max(score, known.score)
        area = int(np.count_nonzero(bits))
        if area:
            corners = tuple(rle.rotated_box(bits.view(np.uint8)))
            self.keep(Found(place, frame, rle.encode(bits.view(np.uint8)), area, score, corners, IMPORTED), where)
        self.tick()

    def keep(self, found: Found, where: str) -> None:
        """A mask as it is to be written."""
        if len(self._masks) >= MOST_MASKS:
            raise BadImport(where, f"there are more than {MOST_MASKS} masks")
        self._masks[found.object, found.frame] = found

    def add_prompt(self, place: int, frame: int, box: Box) -> None:
        """A box to track from, cut to the picture; one too small for that is passed over."""
        x, y = max(box[0], 0.0), max(box[1], 0.0)
        width = min(box[0] + box[2], float(self.clip.width)) - x
        height = min(box[1] + box[3], float(self.clip.height)) - y
        if width >= MIN_SIDE_PX and height >= MIN_SIDE_PX:
            self.prompts[place, frame] = (x, y, width, height)

    def counts(self, counts: bytes, where: str) -> Bits:
        """Compressed run lengths of the whole picture as bits."""
        try:
            return bits_of_counts(counts, self.clip.height, self.clip.width)
        except BadShape as fault:
            raise BadImport(where, str(fault)) from fault

    def drop(self, place: int) -> None:
        """Forget an object's masks, and so the object."""
        self._masks = {key: found for key, found in self._masks.items() if key[0] != place}

    def summary(self) -> dict[str, object]:
        """What it will make, for a person to say yes or no to."""
        frames: dict[int, list[int]] = {}
        for place, frame in self._masks:
            frames.setdefault(place, []).append(frame)
        return {
            "objects": [
                {
                    "number": one.number,
                    "name": name,
                    "color": one.color,
                    "masks": len(frames.get(place, [])),
                    "first": min(frames.get(place, []), default=None),
                    "last": max(frames.get(place, []), default=None),
                }
                for place, one, name in self._made()
            ],
            "masks": len(self._masks),
            "prompts": len(self.prompts),
            "notes": self.notes,
            "source": dict(self.source),
        }

    def write(self, path: Path) -> None:
        """As the worker reads it: the objects and boxes first, then mask after mask by object and frame."""
        made = self._made()
        places = {place: new for new, (place, _, _) in enumerate(made)}
        with path.open("wb") as file:
            objects = [[one.number, name, one.color, one.visible] for _, one, name in made]
            prompts = [[places[place], frame, list(box)] for (place, frame), box in sorted(self.prompts.items())]
            file.write(msgpack.packb({"objects": objects, "prompts": prompts, "runs": self.runs}))
            for key in sorted(self._masks):
                found = replace(self._masks[key], object=places[key[0]])
                file.write(msgpack.packb([getattr(found, name) for name in Found.__slots__]))

    def _made(self) -> list[tuple[int, Object, str]]:
        """The objects that become some: their places here, they, and what they are to be called."""
        there = {place for place, _ in self._masks} | {place for place, _ in self.prompts}
        kept = [(place, one) for place, one in enumerate(self.objects) if one.bare or place in there]
        names = names_of([one for _, one in kept])
        return [(place, one, name) for (place, one), name in zip(kept, names, strict=True)]


def names_of(objects: Sequence[Object]) -> list[str]:
    """What each object is to be called: its own name, its kind alone where it is the only one, or with its number."""
    kinds = Counter(one.category for one in objects)
    return [
        one.name or (one.category if kinds[one.category] == 1 else _numbered(one, place))
        for place, one in enumerate(objects, start=1)
    ]


def score_of(value: object) -> float:
    """A score as files tell it, in 0..1; 1 where they tell none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return 1.0
    return min(max(float(value), 0.0), 1.0)


def box_around(ring: NDArray[np.float64]) -> Box:
    """x, y, width, height of the smallest upright box around points [n, 2]."""
    (x, y), (right, bottom) = ring.min(axis=0).tolist(), ring.max(axis=0).tolist()
    return x, y, right - x, bottom - y


def _numbered(one: Object, place: int) -> str:
    number = str(one.number if one.number is not None else place)
    return f"{one.category[: MOST_LETTERS - len(number) - 1]} {number}"


def clean(name: str) -> str:
    """Without what is invisible or turns the text around, and no longer than a name may be."""
    visible = "".join(letter for letter in name if unicodedata.category(letter)[0] != "C")
    return " ".join(visible.split())[:MOST_LETTERS].strip()
