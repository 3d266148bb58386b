"""From the name of some weights to a tracker that is ready to start."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import torch

from tracking.errors import BadInput
from tracking.manifest import presence_of
from tracking.presence import Presence
from tracking.profile import Profile, profile_named
from tracking.siammask import Network
from tracking.tracker import Tracker

DEVICES = ("auto", "cpu", "cuda")
PRECISIONS = ("auto", "fp32", "bf16")


def load_tracker(
    weights: str | Path = "default",
    profile: Profile | str | None = None,
    device: str = "auto",
    precision: str = "auto",
    *,
    optimised: bool = True,
    presence: Presence | Literal["own"] | None = "own",
) -> Tracker:
    """A tracker with these weights, a manifest's name or a file, and its own profile unless another is given.

    device "auto" is CUDA where there is one; precision "auto" is bf16 on CUDA and fp32 on a CPU, where bf16 is
    only faster with hardware for it. optimised=False runs the network layer by layer as it is written.
    presence says when to disbelieve a find: "own" is what the manifest has for these weights, with their own profile
    only, as another's results are published without; None believes everything.
    Raises UnknownWeights, WeightsMismatch, UnknownProfile or BadInput.
    """
    from tracking.checkpoint import build_network, load_weights  # opens no file until a tracker is asked for
    from tracking.compile import optimise
    from tracking.cores import SideBySide, usable
    from tracking.resnet import ResNet50

    place = _device(device)
    dtype = _dtype(precision, place)
    loaded = load_weights(weights)
    chosen = profile_named(profile) if isinstance(profile, str) else profile or profile_named(loaded.profile)
    layers = build_network(loaded).to(place, dtype)
    network: Network = optimise(layers) if optimised else layers
    spare_core = False
    if optimised and place.type == "cpu":
        large = isinstance(layers.backbone, ResNet50)
        network = SideBySide(network, usable(), large=large)
        spare_core = usable() > 1 and not large  # a large network's searches take all of them
    if presence == "own":
        presence = presence_of(weights) if chosen == profile_named(loaded.profile) else None
    return Tracker(
        network,
        chosen,
        device=place,
        dtype=dtype,
        fingerprint=loaded.fingerprint,
        presence=presence,
        spare_core=spare_core,
    )


def _device(name: str) -> torch.device:
    if name not in DEVICES:
        raise BadInput(f"a device is one of {', '.join(DEVICES)}, got {name!r}")
    if name == "cuda" and not torch.cuda.is_available():
        raise BadInput("there is no CUDA device on this machine; use --device cpu")
    return torch.device("cuda" if name != "cpu" and torch.cuda.is_available() else "cpu")


def _dtype(name: str, device: torch.device) -> torch.dtype:
    if name not in PRECISIONS:
        raise BadInput(f"a precision is one of {', '.join(PRECISIONS)}, got {name!r}")
    if name == "auto":
        name = "bf16" if device.type == "cuda" else "fp32"
    return torch.bfloat16 if name == "bf16" else torch.float32
