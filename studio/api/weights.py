"""The manifest of weights, read without the tracker: the web process must not load torch."""

from __future__ import annotations

import tomllib
from pathlib import Path

import structlog

from studio.api.errors import Refusal
from studio.api.schemas import WeightsOut
from studio.runs.weights import PROFILES

logger = structlog.get_logger(__name__)


def known_weights(folder: Path) -> list[WeightsOut]:
    """What manifest.toml of the folder lists, in its order. Raises Refusal where it is missing or broken."""
    try:
        manifest = tomllib.loads((folder / "manifest.toml").read_text())
        default = str(manifest["default"])
        entries = {str(name): dict(entry) for name, entry in manifest["weights"].items()}
        return [
            WeightsOut(
                name=name,
                present=_present(folder / entry["file"], entry.get("bytes")),
                default=name == default,
                architecture=str(entry["architecture"]),
                profile=str(entry["profile"]),
                profiles=list(PROFILES),
                note=str(entry.get("note", "")),
            )
            for name, entry in entries.items()
        ]
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError, ValueError) as fault:
        logger.error("weights manifest unreadable", folder=str(folder), reason=repr(fault))
        raise Refusal(503, "no-weights", "This studio's list of weights cannot be read; ask its operator.") from fault


def _present(file: Path, size_bytes: int | None) -> bool:
    return file.is_file() and (size_bytes is None or file.stat().st_size == size_bytes)
