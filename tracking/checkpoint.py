"""Weights in files: safetensors to ship and run, torch's own format (never unpickled freely) to resume training.

A weights file says in its metadata what it is: {"architecture", "width", "profile"}; the file alone builds its network.
They are one JSON value under one key: safetensors writes keys in no order, and equal weights should be equal files.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from tracking.errors import UnknownWeights, WeightsMismatch
from tracking.manifest import weights_file
from tracking.siammask import ARCHITECTURES, SiamMask, siammask_small

_ABOUT = "siammask"
NAMED = 3  # keys a message lists before it counts the rest


@dataclass(frozen=True, slots=True, eq=False)
class LoadedWeights:
    """A state dict and what it is for."""

    state: dict[str, Tensor]
    architecture: str  # a key of siammask.ARCHITECTURES
    width: int  # channels of the small network; the others have one width
    profile: str  # the tracker settings it was trained for
    fingerprint: str  # 16 hex digits of the file's sha256: a track goes on only with the weights that began it


def load_weights(name: str | Path) -> LoadedWeights:
    """Read weights by their name in the manifest or by path.

    Raises UnknownWeights where there is no such file, WeightsMismatch where it is not a weights file of ours.
    """
    path = weights_file(name)
    try:
        with safe_open(path, framework="pt") as file:
            metadata = json.loads((file.metadata() or {}).get(_ABOUT, "{}"))
            state = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 - not a mapping
    except FileNotFoundError:
        raise UnknownWeights(f"there is no file {path}") from None
    except (SafetensorError, OSError, json.JSONDecodeError) as fault:
        raise WeightsMismatch(f"{path} is not a safetensors file: {fault}") from fault
    architecture = metadata.get("architecture", "")
    if architecture not in ARCHITECTURES:
        raise WeightsMismatch(f"{path} is for {architecture or 'no'} network; known are {', '.join(ARCHITECTURES)}")
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    width = int(metadata.get("width", "256"))
    return LoadedWeights(state, architecture, width, metadata.get("profile", "default"), digest[:16])


def build_network(weights: LoadedWeights) -> SiamMask:
    """The network these weights are for, with them in it, float32, in eval mode. Raises WeightsMismatch."""
    with torch.device("meta"):  # no time is spent on values that are replaced at once
        small = weights.architecture == "siammask-small"
        network = siammask_small(weights.width) if small else ARCHITECTURES[weights.architecture]()
    check_keys(weights.state, network.state_dict(), weights.architecture)
    floats = {key: value.float() if value.is_floating_point() else value for key, value in weights.state.items()}
    network.load_state_dict(floats, assign=True)
    return network.eval().requires_grad_(False)


def check_keys(state: Mapping[str, Tensor], expected: Mapping[str, Tensor], architecture: str) -> None:
    """Raise WeightsMismatch, naming keys, unless state has exactly the expected keys and shapes."""
    missing = sorted(expected.keys() - state.keys())
    extra = sorted(state.keys() - expected.keys())
    if missing or extra:
        parts = [f"{kind} {_named(keys)}" for kind, keys in (("missing", missing), ("unexpected", extra)) if keys]
        raise WeightsMismatch(f"the keys are not those of {architecture}: {'; '.join(parts)}")
    for key, value in expected.items():
        if state[key].shape != value.shape:
            have, want = list(state[key].shape), list(value.shape)
            raise WeightsMismatch(f"{key} is {have} where {architecture} has {want}")


def save_weights(path: Path, state: Mapping[str, Tensor], metadata: Mapping[str, str]) -> None:
    """Write a weights file; it appears whole or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    about = {_ABOUT: json.dumps(dict(metadata), sort_keys=True)}
    save_file({key: value.cpu().contiguous() for key, value in state.items()}, beside, about)
    beside.replace(path)


def save_training_state(path: Path, state: Mapping[str, object]) -> None:
    """Write a training checkpoint; it appears whole or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    torch.save(dict(state), beside)
    beside.replace(path)


def load_training_state(path: Path) -> dict[str, object]:
    """Read a training checkpoint; nothing but tensors and plain values is accepted. Raises WeightsMismatch."""
    try:
        state: dict[str, object] = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, KeyError, ValueError, TypeError) as fault:
        raise WeightsMismatch(f"{path} is not a training checkpoint: {fault}") from fault
    return state


def _named(keys: list[str]) -> str:
    rest = len(keys) - NAMED
    return ", ".join(keys[:NAMED]) + (f" and {rest} more" if rest > 0 else "")
