"""What the folder of weights lists, read without the tracker: neither the web process nor exports may load torch."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class UnreadableList(Exception):
    """The folder has no manifest.toml, or one that is none; str(fault) says what is wrong."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Weights that the folder knows by name, here or not."""

    name: str
    file: Path
    architecture: str
    profile: str
    note: str
    bytes: int | None  # of the file, where it comes with the project
    presence: Mapping[str, object] | None  # the tracker's: when to disbelieve a find
    sha256: str | None  # of the file: the project's, or the one noted when it was fetched


@dataclass(frozen=True, slots=True)
class WeightsList:
    """manifest.toml, in its order, and the sums of fetched.toml."""

    default: str
    entries: tuple[Listed, ...]


def read_weights(folder: Path) -> WeightsList:
    """Read a folder of weights. Raises UnreadableList."""
    try:
        content = tomllib.loads((folder / "manifest.toml").read_text())
        fetched = _fetched(folder / "fetched.toml")
        entries = tuple(
            Listed(
                name=str(name),
                file=folder / entry["file"],
                architecture=str(entry["architecture"]),
                profile=str(entry["profile"]),
                note=str(entry.get("note", "")),
                bytes=entry.get("bytes"),
                presence=entry.get("presence"),
                sha256=entry.get("sha256", fetched.get(name)),
            )
            for name, entry in content["weights"].items()
        )
        return WeightsList(str(content["default"]), entries)
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError, ValueError) as fault:
        raise UnreadableList(f"the list of weights in {folder} cannot be read: {fault!r}") from fault


def _fetched(path: Path) -> Mapping[str, str]:
    """The sums of weights that were fetched on this machine; none where none were."""
    if not path.exists():
        return {}
    return {name: str(entry["sha256"]) for name, entry in tomllib.loads(path.read_text()).items()}
