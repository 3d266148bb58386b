"""What manifest.json of our own exports says: the frames its numbers mean, and the names behind its ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from studio.imports.errors import BadImport
from studio.imports.files import MANIFEST
from studio.imports.scene import Clip, clean

T = TypeVar("T")


class Manifest:
    """Empty, and false, for the files of other programs."""

    def __init__(self, said: Mapping[str, object], clip: Clip) -> None:
        """Raises BadImport where the manifest is of another clip, or is none."""
        self._said = said
        if not said:
            self.frames: list[int] = []
            self.objects: dict[int, Mapping[str, object]] = {}
            self.sequences: dict[str, int] = {}
            return
        about = _known(said.get("clip"), dict)
        there = (clip.width, clip.height, clip.frame_count)
        if tuple(about.get(name) for name in ("width", "height", "frame_count")) != there:
            raise BadImport(
                MANIFEST,
                f"the file is of a clip of {about.get('width')} x {about.get('height')} px and "
                f"{about.get('frame_count')} frames, and this one has {there[0]} x {there[1]} px and {there[2]}",
            )
        self.objects = {}
        for one in _known(said.get("objects"), list):
            number = whole(_known(one, dict).get("number"), MANIFEST, "an object's number")
            self.objects[number] = one
        sequences = said.get("sequences", {})  # VOT's names of files
        self.sequences = {name: number for name, number in _known(sequences, dict).items() if isinstance(number, int)}
        self.frames = []
        for place, pair in enumerate(_known(said.get("frames", []), list)):
            frame = whole(pair[0] if isinstance(pair, list) and pair else None, MANIFEST, f"frame {place}")
            if not 0 <= frame < clip.frame_count:
                raise BadImport(MANIFEST, f"frame {frame} is not in a clip of {clip.frame_count} frames")
            self.frames.append(frame)

    def __bool__(self) -> bool:
        return bool(self._said)

    @property
    def format(self) -> str:
        """Which of our formats the file is."""
        return str(self._said.get("format", ""))

    def number_of(self, name: str, label: object) -> int | None:
        """The object behind a label, by the manifest's table of this name, {object: label}; None where it has none."""
        table = self._said.get(name)
        if isinstance(table, dict):
            for number, known in table.items():
                if known == label and str(number).isdigit():
                    return int(number)
        return None

    def about(self, number: int | None, category: str) -> tuple[str, dict[str, object]]:
        """The category of an object and what else is known of it, as Scene.object_of takes them."""
        known = self.objects.get(number) if number is not None else None
        if known is None:
            return category, {"number": number}
        name, color = known.get("name"), known.get("color")
        about: dict[str, object] = {"number": number}
        if isinstance(name, str):
            about["name"] = clean(name)
        if isinstance(color, str) and is_color(color):
            about["color"] = color
        return str(known.get("category") or category), about


def whole(value: object, where: str, what: str) -> int:
    """A whole number of a file. Raises BadImport."""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**31:
        raise BadImport(where, f"{what} is {short(value)}, not a whole number")
    return value


def short(value: object) -> str:
    """A value as a sentence can hold it."""
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def is_color(text: str) -> bool:
    """Whether this is #rrggbb."""
    return len(text) == 7 and text[0] == "#" and all(letter in "0123456789abcdefABCDEF" for letter in text[1:])


def _known(value: object, kind: type[T]) -> T:
    if not isinstance(value, kind):
        raise BadImport(MANIFEST, f"this is not a manifest of this studio: {short(value)} is no {kind.__name__}")
    return value
