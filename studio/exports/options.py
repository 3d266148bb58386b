"""What a person may choose of an export, parsed and checked once; a format says which of these it knows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Self

from studio.scenes.errors import SceneFault

OVERLAPS = ("number", "score")
REGIONS = ("rotated", "box", "mask")
CONTAINERS = ("webm", "mov", "png")
ALPHAS = ("straight", "premultiplied")
PARTS = ("objects", "rest")
STYLES = ("blur", "pixelate")
RESTS = ("both", "dark", "grey")
MOST_OBJECTS = 1000  # named in one export
ALL_ANNOTATIONS = frozenset({"objects", "first_frame", "last_frame", "every"})


@dataclass(frozen=True, slots=True)
class Options:
    """The choices of all formats together; the defaults are what a person gets who chooses nothing."""

    objects: tuple[int, ...] | None = None  # their numbers; None is those that are shown
    first_frame: int = 0
    last_frame: int | None = None  # included; None is the clip's last
    every: int = 1  # every n-th frame from the first on
    images: bool = False  # the frames too, as pictures
    absent: bool = True  # frames without any object are listed too
    overlap: str = "number"  # whose a pixel of two objects is: the higher number's, or the higher score's
    region: str = "rotated"  # what stands in a line of VOT
    boxes: bool = False  # a film shows the rotated boxes
    feather: int = 0  # px of a film's soft edge
    container: str = "webm"  # what a cut-out is written as
    alpha: str = "straight"  # a cut-out's colours: as they are, or times their alpha
    color: str = "#00b140"  # behind the objects; a keyer's green
    part: str = "objects"  # what is blurred
    style: str = "blur"
    strength: int = 5  # of a blur, percent of the picture's shorter side
    aspect: str = "source"  # a following window's width to its height as shown, such as 9:16
    margin: int = 20  # percent of the largest box that such a window leaves on each side
    rest: str = "both"  # what a spotlight makes of all else: dark, grey, both

    @classmethod
    def parse(cls, format_name: str, known: frozenset[str], given: Mapping[str, object], frame_count: int) -> Self:
        """Read what was asked for. Raises SceneFault for an option the format has not, or a value that cannot be."""
        for name in given:
            if name not in known:
                names = ", ".join(sorted(known)) or "none"
                raise _bad(f"{format_name} has no option {name!r}; it has {names}.")
        read = {name: _PARSERS[name](name, value) for name, value in given.items() if value is not None}
        options = cls(**read)  # type: ignore[arg-type]  # each field's own parser gives what it holds
        last = frame_count - 1 if options.last_frame is None else options.last_frame
        if not 0 <= options.first_frame <= last < frame_count:
            raise SceneFault(
                "no-such-frame", f"Frames {options.first_frame} to {last} are not in a clip of {frame_count} frames."
            )
        return options

    def to_json(self) -> dict[str, object]:
        """What differs from the defaults, in one order: equal wishes are equal."""
        told: dict[str, object] = {}
        for field in sorted(fields(self), key=lambda field: field.name):
            value = getattr(self, field.name)
            if value != field.default:
                told[field.name] = list(value) if isinstance(value, tuple) else value
        return told

    def frames(self, frame_count: int) -> range:
        """The chosen frames of a clip of so many."""
        return range(self.first_frame, frame_count if self.last_frame is None else self.last_frame + 1, self.every)


def _bad(sentence: str) -> SceneFault:
    return SceneFault("bad-option", sentence)


def _numbers(name: str, value: object) -> tuple[int, ...]:
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= MOST_OBJECTS:
        raise _bad(f"The option {name} is a list of 1 to {MOST_OBJECTS} numbers of objects.")
    return tuple(sorted({_whole(name, item, 1) for item in value}))


def _whole(name: str, value: object, lowest: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value < 2**31:
        raise _bad(f"The option {name} takes whole numbers from {lowest} on, got {value!r}.")
    return value


def _between(lowest: int, highest: int) -> Callable[[str, object], int]:
    def parse(name: str, value: object) -> int:
        number = _whole(name, value, lowest)
        if number > highest:
            raise _bad(f"The option {name} takes whole numbers from {lowest} to {highest}, got {value!r}.")
        return number

    return parse


def _color(name: str, value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise _bad(f"The option {name} is a colour such as #00b140, got {value!r}.")
    return value.lower()


def _aspect(name: str, value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"source|[1-9]\d?:[1-9]\d?", value):
        raise _bad(f"The option {name} is source, or two numbers from 1 to 99 such as 9:16, got {value!r}.")
    return value


def _switch(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise _bad(f"The option {name} is true or false, got {value!r}.")
    return value


def _one_of(*choices: str) -> Callable[[str, object], str]:
    def parse(name: str, value: object) -> str:
        if not isinstance(value, str) or value not in choices:
            raise _bad(f"The option {name} is one of {', '.join(choices)}, got {value!r}.")
        return value

    return parse


_PARSERS: Mapping[str, Callable[[str, object], object]] = {
    "objects": _numbers,
    "first_frame": lambda name, value: _whole(name, value, 0),
    "last_frame": lambda name, value: _whole(name, value, 0),
    "every": lambda name, value: _whole(name, value, 1),
    "images": _switch,
    "absent": _switch,
    "overlap": _one_of(*OVERLAPS),
    "region": _one_of(*REGIONS),
    "boxes": _switch,
    "feather": _between(0, 100),
    "container": _one_of(*CONTAINERS),
    "alpha": _one_of(*ALPHAS),
    "color": _color,
    "part": _one_of(*PARTS),
    "style": _one_of(*STYLES),
    "strength": _between(1, 50),
    "aspect": _aspect,
    "margin": _between(0, 200),
    "rest": _one_of(*RESTS),
}
