"""Which weights there are here, and whether a wish names some of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import structlog

from studio.scenes.errors import SceneFault
from studio.weights import UnreadableList, read_weights

logger = structlog.get_logger(__name__)

PROFILES = ("default", "davis", "vot", "vot_ld", "base", "pysot")  # what tracking.profile has


@dataclass(frozen=True, slots=True)
class Weights:
    """An entry of the manifest."""

    name: str
    is_default: bool
    is_here: bool  # on this machine, and whole as far as its size says
    architecture: str
    profile: str
    note: str


def list_weights(folder: Path) -> list[Weights]:
    """What manifest.toml of the folder lists, in its order. Raises SceneFault where it is missing or broken."""
    try:
        listed = read_weights(folder)
    except UnreadableList as fault:
        logger.error("weights manifest unreadable", folder=str(folder), reason=str(fault))
        raise SceneFault("no-weights", "This studio's list of weights cannot be read; ask its operator.") from fault
    return [
        Weights(
            name=entry.name,
            is_default=entry.name == listed.default,
            is_here=_is_here(entry.file, entry.bytes),
            architecture=entry.architecture,
            profile=entry.profile,
            note=entry.note,
        )
        for entry in listed.entries
    ]


def check_weights(folder: Path, name: str) -> str:
    """The name of these weights, "default" and "" resolved. Raises SceneFault where they are unknown or not here."""
    known = list_weights(folder)
    for weights in known:
        if weights.name == name or (weights.is_default and name in ("", "default")):
            if not weights.is_here:
                raise SceneFault("unknown-weights", f"The weights {weights.name} are not on this server.")
            return weights.name
    names = ", ".join(weights.name for weights in known)
    raise SceneFault("unknown-weights", f"There are no weights {name or 'default'!r}; there are {names}.")


def check_profile(name: str) -> str:
    """The name of this profile; "" stays, it is the weights' own. Raises SceneFault where it is unknown."""
    if name and name not in PROFILES:
        raise SceneFault("unknown-profile", f"There is no profile {name!r}; there are {', '.join(PROFILES)}.")
    return name


def _is_here(file: Path, size_bytes: int | None) -> bool:
    return file.is_file() and (size_bytes is None or file.stat().st_size == size_bytes)
