"""What a module of this folder offers: one annotation format each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from studio.exports.target import Target
from studio.exports.tracks import Tracks


class Format(Protocol):
    """An annotation format: a zip of its files and a manifest.json."""

    name: str  # as the API calls it
    title: str  # as a person calls it
    sentence: str  # what reads it, and what is lost
    lossy: tuple[str, ...]  # what the files cannot hold, a sentence each
    frame_base: int  # the number of the clip's first frame in the files
    checked_with: str  # the reader that the tests read it back with
    options: frozenset[str]  # fields of Options it knows

    def write(self, tracks: Tracks, target: Target) -> Mapping[str, object]:
        """Write the files; returns what the manifest should say beside the rest, such as pixels decided."""
