"""Which weights there are, and where they lie: weights/manifest.toml, and what was fetched since.

The folder is the repository's `weights/`; STUDIO_WEIGHTS names another.
"""

from __future__ import annotations

import hashlib
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tracking.errors import BadInput, ChecksumMismatch, UnknownWeights
from tracking.presence import Presence

DEFAULT = "default"
_FETCHED = "fetched.toml"


@dataclass(frozen=True, slots=True)
class Entry:
    """Weights the manifest knows by name."""

    name: str
    architecture: str  # a key of siammask.ARCHITECTURES
    profile: str
    licence: str
    note: str
    file: str  # in the weights folder, safetensors
    sha256: str | None = None  # of `file`, where it is shipped
    bytes: int | None = None  # of `file`, where it is shipped
    url: str | None = None  # of the published checkpoint
    page: str | None = None  # where a person finds it, when it has no address of its own
    source_sha256: str | None = None  # of the published checkpoint; None: the first one fetched is trusted and noted
    source_bytes: int | None = None
    presence: Presence | None = None  # when to disbelieve a find; None: never

    @property
    def shipped(self) -> bool:
        """Whether the file is part of the repository."""
        return self.sha256 is not None


@dataclass(frozen=True, slots=True)
class Fetched:
    """What is known of weights that were fetched or added on this machine."""

    source_sha256: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The folder of weights and what should be in it."""

    folder: Path
    default: str  # the entry that load_tracker() uses
    entries: tuple[Entry, ...]
    fetched: dict[str, Fetched]

    def entry(self, name: str) -> Entry:
        """The entry of this name, or of the default. Raises UnknownWeights, listing the names there are."""
        wanted = self.default if name == DEFAULT else name
        for entry in self.entries:
            if entry.name == wanted:
                return entry
        names = ", ".join(entry.name for entry in self.entries)
        raise UnknownWeights(f"there are no weights {name!r}; there are {names}, or give a file")

    def path(self, entry: Entry) -> Path:
        """Where its file is or would be."""
        return self.folder / entry.file

    def expected_sha256(self, entry: Entry) -> str | None:
        """What the file's sum must be: the manifest's, or the one noted when it was fetched."""
        if entry.sha256 is not None:
            return entry.sha256
        fetched = self.fetched.get(entry.name)
        return fetched.sha256 if fetched else None

    def note(self, name: str, fetched: Fetched) -> None:
        """Remember the sums of weights fetched here, in fetched.toml."""
        self.fetched[name] = fetched
        lines = ["# sums of the weights fetched on this machine; written by `python -m tracking weights`"]
        for key, value in sorted(self.fetched.items()):
            lines += [f"[{key}]", f'source_sha256 = "{value.source_sha256}"', f'sha256 = "{value.sha256}"']
        path = self.folder / _FETCHED
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        beside.write_text("\n".join(lines) + "\n")
        beside.replace(path)


def read_manifest(folder: Path | None = None) -> Manifest:
    """Read manifest.toml of the weights folder. Raises UnknownWeights where there is none or it is broken."""
    folder = folder or weights_folder()
    try:
        content = tomllib.loads((folder / "manifest.toml").read_text())
        entries = tuple(_entry(name, values) for name, values in content["weights"].items())
        fetched_file = folder / _FETCHED
        noted = tomllib.loads(fetched_file.read_text()) if fetched_file.exists() else {}
        fetched = {name: Fetched(**values) for name, values in noted.items()}
        return Manifest(folder, str(content["default"]), entries, fetched)
    except FileNotFoundError as fault:
        raise UnknownWeights(f"there is no manifest of weights at {folder}") from fault
    except (tomllib.TOMLDecodeError, KeyError, TypeError, BadInput) as fault:
        raise UnknownWeights(f"the manifest of weights in {folder} is broken: {fault}") from fault


def presence_of(name: str | Path) -> Presence | None:
    """When to disbelieve what these weights find: the manifest's word on a name, None for a file."""
    return None if _is_file(name) else read_manifest().entry(str(name)).presence


def weights_folder() -> Path:
    """The repository's weights/, or what STUDIO_WEIGHTS says."""
    named = os.environ.get("STUDIO_WEIGHTS")
    return Path(named) if named else Path(__file__).resolve().parents[1] / "weights"


def weights_file(name: str | Path) -> Path:
    """The file of these weights: a path to one, or a name in the manifest.

    Raises UnknownWeights when it is not there, saying how to get it; ChecksumMismatch, with both, when its size or its
    sum is not the one that is known: before anything of it is read as weights.
    """
    if _is_file(name):
        path = Path(name)
        if not path.is_file():
            raise UnknownWeights(f"there is no file {path}")
        return path
    manifest = read_manifest()
    entry = manifest.entry(str(name))
    path = manifest.path(entry)
    if not path.is_file():
        command = f"python -m tracking weights pull {entry.name}"
        raise UnknownWeights(f"the weights {entry.name} are not on this machine; get them with `{command}`")
    if entry.bytes is not None and path.stat().st_size != entry.bytes:
        raise ChecksumMismatch(f"{path} has {path.stat().st_size:,} bytes where the manifest says {entry.bytes:,}")
    expected = manifest.expected_sha256(entry)
    if expected is not None and (found := sha256_of(path)) != expected:
        raise ChecksumMismatch(f"{path} has the sum {found} where {expected} is known")
    return path


def _is_file(name: str | Path) -> bool:
    return isinstance(name, Path) or name.endswith(".safetensors") or os.sep in name


def _entry(name: str, values: dict[str, Any]) -> Entry:
    presence = values.get("presence")
    return Entry(name=name, **{**values, "presence": None if presence is None else Presence.of(presence)})


def sha256_of(path: Path) -> str:
    """The file's sum, 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
