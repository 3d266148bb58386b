"""What a person may choose of an export, parsed and checked once; a format says which of these it knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

from studio.exports.catalogue import OPTIONS
from studio.exports.option import bad
from studio.scenes.errors import SceneFault

RANGE = frozenset({"objects", "first_frame", "last_frame"})
ALL_ANNOTATIONS = RANGE | {"every"}
ALL_FILMS = RANGE | {"sound", "quality"}
CRF = {"high": 18, "good": 23, "small": 28}  # of quality, on x264's scale


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
    container: str = "webm"  # what a cut-out is written as
    alpha: str = "straight"  # a cut-out's colours: as they are, or times their alpha
    tint: str = "own"  # the colour of masks and lines, or each object's own
    opacity: int = 40  # percent of an object's colour over it
    edge: float = 1.5  # px of the line along a mask in a picture of up to 1080 lines
    width: float = 3.0  # px of an outline, likewise
    boxes: bool = False  # a film shows the rotated boxes
    part: str = "objects"  # what is blurred
    style: str = "blur"
    strength: int = 5  # of a blur, percent of the picture's shorter side
    rest: str = "both"  # what a spotlight makes of all else: dark, grey, both
    light: int = 35  # percent of its light that a spotlight's dark rest keeps
    color: str = "#00b140"  # behind the objects; a keyer's green
    picture: str = ""  # the id of a person's own picture behind the objects
    aspect: str = "source"  # a following window's width to its height as shown, such as 9:16
    margin: int = 20  # percent of the largest box that such a window leaves on each side
    feather: int = 0  # px of a film's soft edge
    sound: bool = True  # a film is heard
    quality: str = "high"  # of a film's coding

    @classmethod
    def parse(cls, format_name: str, known: frozenset[str], given: Mapping[str, object], frame_count: int) -> Self:
        """Read what was asked for. Raises SceneFault for an option the format has not, or a value that cannot be."""
        for name in given:
            if name not in known:
                names = ", ".join(sorted(known)) or "none"
                raise bad(f"{format_name} has no option {name!r}; it has {names}.")
        read = {name: OPTIONS[name].read(name, value) for name, value in given.items() if value is not None}
        options = cls(**read)  # type: ignore[arg-type]  # each field's own option gives what it holds
        for name in read:
            options._check_needs(name, known)
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

    @classmethod
    def of_json(cls, told: Mapping[str, object]) -> Self:
        """What to_json has told."""
        return cls(**{name: tuple(value) if isinstance(value, list) else value for name, value in told.items()})  # type: ignore[arg-type]

    def frames(self, frame_count: int) -> range:
        """The chosen frames of a clip of so many."""
        return range(self.first_frame, frame_count if self.last_frame is None else self.last_frame + 1, self.every)

    def _check_needs(self, name: str, known: frozenset[str]) -> None:
        """Refuse an option that another one makes senseless; one at its default asks for nothing."""
        needs = OPTIONS[name].needs
        if needs is None or needs.option not in known or getattr(self, name) == OPTIONS[name].default:
            return
        chosen = getattr(self, needs.option)
        if chosen not in needs.values:
            values = " or ".join(needs.values)
            raise bad(f"The option {name} goes with {needs.option} {values} only, not with {chosen}.")
