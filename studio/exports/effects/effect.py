"""What a module of this folder offers: one kind of film each."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from studio.exports.options import Options
from studio.exports.tracks import Tracks


class Effect(Protocol):
    """A film made of a clip and its masks."""

    name: str  # as the API calls it
    title: str  # as a person calls it
    sentence: str  # what it shows
    options: frozenset[str]  # fields of Options it knows

    def ending(self, chosen: Options) -> str:
        """How its file's name ends."""

    def write(self, tracks: Tracks, path: Path) -> None:
        """Write the film under this name, whole or not at all. Raises CannotWrite."""
