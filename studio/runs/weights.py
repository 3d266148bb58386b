"""Which weights can be run here: the manifest, read without the tracker, as the web process must not load torch."""

from __future__ import annotations

import tomllib
from pathlib import Path

from studio.scenes.errors import SceneFault

PROFILES = ("default", "davis", "vot", "vot_ld", "base", "pysot")  # what tracking.profile has


def check_weights(folder: Path, name: str) -> str:
    """The name of these weights, "default" and "" resolved. Raises SceneFault where they are unknown or not here."""
    try:
        content = tomllib.loads((folder / "manifest.toml").read_text())
        resolved = str(content["default"]) if name in ("", "default") else name
        files = {str(key): folder / str(entry["file"]) for key, entry in content["weights"].items()}
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as fault:
        raise SceneFault("no-weights", "This studio's list of weights cannot be read; ask its operator.") from fault
    if resolved not in files:
        raise SceneFault("unknown-weights", f"There are no weights {resolved!r}; there are {', '.join(files)}.")
    if not files[resolved].is_file():
        raise SceneFault("unknown-weights", f"The weights {resolved} are not on this server.")
    return resolved


def check_profile(name: str) -> str:
    """The name of this profile; "" stays, it is the weights' own. Raises SceneFault where it is unknown."""
    if name and name not in PROFILES:
        raise SceneFault("unknown-profile", f"There is no profile {name!r}; there are {', '.join(PROFILES)}.")
    return name
