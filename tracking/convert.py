"""Published checkpoints as ours: foolwood's and pysot's key names to this package's, pickles to safetensors.

A .pth is a pickle. It is read with weights_only=True always: tensors, plain containers and the numpy scalars that an
optimizer of 2019 left in it; anything else is refused before it can run.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tracking.checkpoint import check_keys
from tracking.errors import BadInput, WeightsMismatch
from tracking.siammask import ARCHITECTURES

_COUNT = "num_batches_tracked"  # absent before torch 0.4.1, and of no use to inference
_FOOLWOOD = {
    "features.features.": "backbone.",
    "features.downsample.": "neck.",
    "rpn_model.": "rpn.",
    "mask_model.mask.": "mask.",
    "refine_model.": "refine.",
}
_PYSOT = {
    "backbone.": "backbone.",
    "neck.downsample.": "neck.",
    "rpn_head.": "rpn.",
    "mask_head.": "mask.",
    "refine_head.": "refine.",
}


def read_pth(path: Path) -> dict[str, Tensor]:
    """The state dict of a checkpoint: bare, or under `state_dict`; `module.` prefixes are cut off.

    Raises WeightsMismatch when the file is not a checkpoint or would run code.
    """
    try:
        with torch.serialization.safe_globals(_numpy_scalars()):
            content = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise BadInput(f"there is no file {path}") from None
    except pickle.UnpicklingError as fault:
        raise WeightsMismatch(f"{path} holds more than weights and was not opened: {_first_line(fault)}") from fault
    except (RuntimeError, EOFError, KeyError, ValueError, TypeError, AttributeError, OSError) as fault:
        raise WeightsMismatch(f"{path} is not a checkpoint: {_first_line(fault)}") from fault
    state = content.get("state_dict", content) if isinstance(content, dict) else content
    if not isinstance(state, dict) or not state or not all(isinstance(value, Tensor) for value in state.values()):
        raise WeightsMismatch(f"{path} has no state dict of tensors")
    return {str(key).removeprefix("module."): value for key, value in state.items()}


def renamed(state: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], str]:
    """A published state dict under our names, and the architecture it is for.

    Counters that old checkpoints lack are added. Raises WeightsMismatch, naming keys, unless every key has its place.
    """
    names = _PYSOT if any(key.startswith("rpn_head.") for key in state) else _FOOLWOOD
    ours: dict[str, Tensor] = {}
    strange = []
    for key, value in state.items():
        prefix = next((prefix for prefix in names if key.startswith(prefix)), None)
        if prefix is None:
            strange.append(key)
        else:
            ours[names[prefix] + key.removeprefix(prefix)] = value
    if strange:
        raise WeightsMismatch(f"{len(strange)} keys belong to no part of SiamMask, first {min(strange)}")
    architecture = "siammask-sharp" if any(key.startswith("refine.") for key in ours) else "siammask-base"
    with torch.device("meta"):
        expected = ARCHITECTURES[architecture]().state_dict()
    for key in expected.keys() - ours.keys():
        if key.endswith(_COUNT):
            ours[key] = torch.zeros((), dtype=torch.int64)
    check_keys(ours, expected, architecture)
    return ours, architecture


def _numpy_scalars() -> list[Callable[..., Any] | tuple[Callable[..., Any], str]]:
    """What a learning rate that numpy computed is pickled as; numpy 1 and 2 name its maker differently."""
    scalar = np.float64(0).__reduce__()[0]
    assert callable(scalar)
    kinds = [type(np.dtype(kind)) for kind in (np.float64, np.float32, np.int64, np.int32, np.bool_)]
    # a pair says under which name a pickle may ask for it
    names = ("numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar")
    return [*((scalar, name) for name in names), np.dtype, *kinds]


def _first_line(fault: BaseException) -> str:
    return str(fault).strip().split("\n")[0][:200]
