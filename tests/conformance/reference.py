"""The reference weights, clip and traces as this package takes them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from conformance.reference_weights import reference_state
from conformance.synthetic_clip import synthetic_clip
from tracking.box import Box
from tracking.profile import Profile
from tracking.siammask import SiamMask, siammask_base, siammask_sharp
from tracking.tracker import Tracker

FOLDER = Path(__file__).parent
RENAMED = (
    ("features.features.", "backbone."),
    ("features.downsample.", "neck."),
    ("rpn_model.", "rpn."),
    ("mask_model.mask.", "mask."),
    ("refine_model.", "refine."),
)


class Trace(NamedTuple):
    """What the original found in frames 1 to 12."""

    box: Box
    position: NDArray[np.float64]  # [13, 2], row 0: the start
    size: NDArray[np.float64]  # [13, 2]
    score: NDArray[np.float64]  # [12]
    polygon: NDArray[np.float64]  # [12, 4, 2]
    mask: NDArray[np.bool_]  # [12, 270, 480]


@cache
def network(*, refined: bool) -> SiamMask:
    """The reference weights in our network; without refinement its keys are left out."""
    state = {}
    for key, value in reference_state().items():
        old, new = next((old, new) for old, new in RENAMED if key.startswith(old))
        state[new + key.removeprefix(old)] = torch.from_numpy(value)
    model = siammask_sharp() if refined else siammask_base()
    model.load_state_dict({key: value for key, value in state.items() if refined or not key.startswith("refine.")})
    return model.eval().requires_grad_(False)


def tracker(profile: Profile, model: object | None = None) -> Tracker:
    """A tracker of the reference network, or of an equal of it, with a reference profile."""
    return Tracker(model or network(refined=profile.mask_side == 127), profile)  # type: ignore[arg-type]


@cache
def frames() -> NDArray[np.uint8]:
    """[13, 270, 480, 3] uint8 RGB."""
    return np.ascontiguousarray(synthetic_clip()[..., ::-1])


def trace(name: str) -> Trace:
    """One of davis, vot, vot18, base and pysot."""
    with np.load(FOLDER / f"synthetic_trace_{name}.npz", allow_pickle=True) as file:
        bits = np.unpackbits(file["mask_bits"], axis=1)[:, : 270 * 480].reshape(-1, 270, 480).astype(bool)
        return Trace(
            Box(*(float(value) for value in file["init_box"])),
            file["target_pos"],
            file["target_sz"],
            file["score"],
            file["polygon"].reshape(-1, 4, 2),
            bits,
        )


def overlap(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """IoU; two empty masks agree."""
    return float((one & other).sum() / max(1, (one | other).sum())) if (one | other).any() else 1.0
