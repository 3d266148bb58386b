"""Every kind of export there is, annotation files and films alike, and what the wish for one means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from studio.exports import project
from studio.exports.effects import EFFECTS
from studio.exports.formats import FORMATS
from studio.exports.options import Options
from studio.scenes.errors import SceneFault


class Kind(Protocol):
    """What films, formats and the project file have in common."""

    name: str  # as the API calls it
    title: str  # as a person calls it
    sentence: str  # what it holds
    options: frozenset[str]  # fields of Options it knows


KINDS: Mapping[str, Kind] = {**EFFECTS, **FORMATS, project.name: project}


def parse_wish(name: str, given: Mapping[str, object], frame_count: int) -> Options:
    """The options of an export of this kind. Raises SceneFault for a kind or option there is not."""
    kind = KINDS.get(name)
    if kind is None:
        raise SceneFault("unknown-format", f"There is no format {name!r}; there are {', '.join(KINDS)}.")
    return Options.parse(kind.title, kind.options, given, frame_count)


def ending_of(name: str, options: Options) -> str:
    """How the name of such a file ends."""
    return EFFECTS[name].ending(options) if name in EFFECTS else ".zip"
