"""One thing a person may choose of an export: told to a page that builds a control of it, read from a wish."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from studio.scenes.errors import SceneFault

Kind = Literal["objects", "frame", "number", "switch", "choice", "color", "aspect", "picture"]
Read = Callable[[str, object], object]

MOST_OBJECTS = 1000  # named in one export
MOST_WHOLE = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Choice:
    """One of an option's values."""

    value: str
    title: str


@dataclass(frozen=True, slots=True)
class Needed:
    """The values of another option with which alone an option makes sense."""

    option: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """What an option is called, what it takes, and what a person gets who does not choose."""

    name: str  # as the API has it: a field of Options
    title: str
    sentence: str
    kind: Kind
    default: object
    read: Read  # name and what was given to the value; raises SceneFault
    least: float | None = None  # of a number or frame
    most: float | None = None
    step: float | None = None
    unit: str = ""
    choices: tuple[Choice, ...] = ()
    needs: Needed | None = None


def bad(sentence: str) -> SceneFault:
    """What is said of a value that cannot be."""
    return SceneFault("bad-option", sentence)


def objects(name: str, title: str, sentence: str) -> Option:
    """Numbers of objects; without it those that are shown."""
    return Option(name, title, sentence, "objects", None, _numbers)


def frame(name: str, title: str, sentence: str, default: int | None) -> Option:
    """A frame of the clip, counted from 0."""
    return Option(name, title, sentence, "frame", default, _whole(0, None), least=0, step=1)


def whole(
    name: str, title: str, sentence: str, default: int, least: int, most: int | None = None, unit: str = ""
) -> Option:
    """A whole number from least to most."""
    read = _whole(least, most)
    return Option(name, title, sentence, "number", default, read, least=least, most=most, step=1, unit=unit)


def halves(name: str, title: str, sentence: str, default: float, least: float, most: float, unit: str) -> Option:
    """A number from least to most in steps of a half."""
    read = _halves(least, most)
    return Option(name, title, sentence, "number", default, read, least=least, most=most, step=0.5, unit=unit)


def switch(name: str, title: str, sentence: str, default: bool, needs: Needed | None = None) -> Option:
    """Yes or no."""
    return Option(name, title, sentence, "switch", default, _switch, needs=needs)


def choice(name: str, title: str, sentence: str, choices: tuple[Choice, ...], needs: Needed | None = None) -> Option:
    """One of these, the first where nobody chooses."""
    values = tuple(one.value for one in choices)
    return Option(name, title, sentence, "choice", values[0], _one_of(values), choices=choices, needs=needs)


def color(name: str, title: str, sentence: str, default: str, own: Choice | None = None) -> Option:
    """A colour; `own` is a word that may stand instead of one."""
    words = () if own is None else (own.value,)
    return Option(name, title, sentence, "color", default, _color(words), choices=() if own is None else (own,))


def aspect(name: str, title: str, sentence: str, choices: tuple[Choice, ...]) -> Option:
    """A picture's width to its height; the choices are common ones, the first is the default."""
    return Option(name, title, sentence, "aspect", choices[0].value, _aspect, choices=choices)


def picture(name: str, title: str, sentence: str) -> Option:
    """A picture that its person has sent, by its id; "" is none."""
    return Option(name, title, sentence, "picture", "", _picture)


def _numbers(name: str, value: object) -> tuple[int, ...]:
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= MOST_OBJECTS:
        raise bad(f"The option {name} is a list of 1 to {MOST_OBJECTS} numbers of objects.")
    read = _whole(1, None)
    return tuple(sorted({read(name, item) for item in value}))


def _whole(least: int, most: int | None) -> Callable[[str, object], int]:
    told = f"from {least} on" if most is None else f"from {least} to {most}"

    def read(name: str, value: object) -> int:
        right = isinstance(value, int) and not isinstance(value, bool)
        if not right or not isinstance(value, int) or not least <= value <= (MOST_WHOLE if most is None else most):
            raise bad(f"The option {name} takes whole numbers {told}, got {value!r}.")
        return value

    return read


def _halves(least: float, most: float) -> Callable[[str, object], float]:
    def read(name: str, value: object) -> float:
        right = isinstance(value, int | float) and not isinstance(value, bool)
        if not right or not isinstance(value, int | float) or not least <= value <= most or value * 2 % 1:
            raise bad(f"The option {name} takes numbers from {least:g} to {most:g} in steps of 0.5, got {value!r}.")
        return float(value)

    return read


def _color(words: tuple[str, ...]) -> Callable[[str, object], str]:
    told = "".join(f"{word}, or " for word in words)

    def read(name: str, value: object) -> str:
        if isinstance(value, str) and (value in words or re.fullmatch(r"#[0-9a-fA-F]{6}", value)):
            return value.lower()
        raise bad(f"The option {name} is {told}a colour such as #00b140, got {value!r}.")

    return read


def _aspect(name: str, value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"source|[1-9]\d?:[1-9]\d?", value):
        raise bad(f"The option {name} is source, or two numbers from 1 to 99 such as 9:16, got {value!r}.")
    return value


def _picture(name: str, value: object) -> str:
    if value == "":
        return ""
    try:
        return str(UUID(str(value)))
    except ValueError as fault:
        raise bad(f"The option {name} is the id of a picture that was sent, got {value!r}.") from fault


def _switch(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise bad(f"The option {name} is true or false, got {value!r}.")
    return value


def _one_of(values: tuple[str, ...]) -> Callable[[str, object], str]:
    def read(name: str, value: object) -> str:
        if not isinstance(value, str) or value not in values:
            raise bad(f"The option {name} is one of {', '.join(values)}, got {value!r}.")
        return value

    return read
