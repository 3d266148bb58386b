"""Published checkpoints, drawn here in every layout they come in, become our weights or a sentence."""

import os
import pickle
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from conformance.reference_weights import reference_state
from tracking.checkpoint import build_network, load_weights, save_weights
from tracking.convert import read_pth, renamed
from tracking.errors import BadInput, WeightsMismatch

PYSOT = {
    "features.features.": "backbone.",
    "features.downsample.": "neck.downsample.",
    "rpn_model.": "rpn_head.",
    "mask_model.mask.": "mask_head.",
    "refine_model.": "refine_head.",
}


@cache
def foolwood() -> dict[str, Tensor]:
    return {key: torch.from_numpy(value) for key, value in reference_state().items()}


def pysot() -> dict[str, Tensor]:
    def name(key: str) -> str:
        old = next(old for old in PYSOT if key.startswith(old))
        return PYSOT[old] + key.removeprefix(old)

    return {name(key): value for key, value in foolwood().items()}


def test_a_checkpoint_of_2019_is_read_whole(tmp_path: Path) -> None:
    # torch 0.4: its old file format, data-parallel prefixes, no counters, numpy numbers in the optimizer
    state = {f"module.{key}": value for key, value in foolwood().items() if "num_batches" not in key}
    optimizer = {"param_groups": [{"lr": np.float64(0.005), "params": [0]}], "state": {}}
    content = {"epoch": 20, "arch": "Custom", "state_dict": state, "best_acc": np.float64(0.5), "optimizer": optimizer}
    torch.save(content, tmp_path / "w.pth", _use_new_zipfile_serialization=False)
    ours, architecture = renamed(read_pth(tmp_path / "w.pth"))
    assert architecture == "siammask-sharp" and len(ours) == 356
    assert torch.equal(ours["rpn.cls.head.3.weight"], foolwood()["rpn_model.cls.head.3.weight"])
    assert ours["backbone.bn1.num_batches_tracked"] == 0


def test_pysots_names_lead_to_the_same_network(tmp_path: Path) -> None:
    torch.save(pysot(), tmp_path / "w.pth")
    ours, architecture = renamed(read_pth(tmp_path / "w.pth"))
    theirs, _ = renamed(foolwood())
    assert architecture == "siammask-sharp" and ours.keys() == theirs.keys()
    assert all(torch.equal(ours[key], theirs[key]) for key in ours)


def test_without_a_refine_module_it_is_the_base_network() -> None:
    ours, architecture = renamed({key: value for key, value in foolwood().items() if "refine" not in key})
    assert architecture == "siammask-base" and len(ours) == 324


def test_a_missing_key_is_named() -> None:
    state = {key: value for key, value in foolwood().items() if key != "rpn_model.cls.head.3.bias"}
    with pytest.raises(WeightsMismatch, match=r"missing rpn\.cls\.head\.3\.bias"):
        renamed(state)


def test_an_extra_key_is_named() -> None:
    with pytest.raises(WeightsMismatch, match=r"unexpected rpn\.angle\.weight"):
        renamed({**foolwood(), "rpn_model.angle.weight": torch.zeros(1)})
    with pytest.raises(WeightsMismatch, match=r"1 keys belong to no part of SiamMask, first head\.weight"):
        renamed({**foolwood(), "head.weight": torch.zeros(1)})


def test_a_wrong_shape_is_named_with_both() -> None:
    with pytest.raises(WeightsMismatch, match=r"rpn\.cls\.head\.3\.bias is \[4\] where siammask-sharp has \[10\]"):
        renamed({**foolwood(), "rpn_model.cls.head.3.bias": torch.zeros(4)})


class Trap:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.mark}",)


@pytest.mark.parametrize("old_format", [False, True])
def test_a_pickle_that_would_run_code_runs_none(tmp_path: Path, old_format: bool) -> None:
    mark = tmp_path / "ran"
    content = {"state_dict": foolwood(), "extra": Trap(mark)}
    torch.save(content, tmp_path / "w.pth", _use_new_zipfile_serialization=not old_format)
    with pytest.raises(WeightsMismatch, match="not opened"):
        read_pth(tmp_path / "w.pth")
    assert not mark.exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"<html>not found</html>", pickle.dumps([1, 2], protocol=2)])
def test_a_file_that_is_no_checkpoint_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "w.pth").write_bytes(content)
    with pytest.raises(WeightsMismatch):
        read_pth(tmp_path / "w.pth")
    with pytest.raises(BadInput, match="there is no file"):
        read_pth(tmp_path / "nothing.pth")


def test_a_converted_checkpoint_is_a_network_that_says_what_it_is(tmp_path: Path) -> None:
    ours, architecture = renamed(foolwood())
    save_weights(tmp_path / "w.safetensors", ours, {"architecture": architecture, "profile": "davis"})
    loaded = load_weights(tmp_path / "w.safetensors")
    assert (loaded.architecture, loaded.profile, len(loaded.fingerprint)) == ("siammask-sharp", "davis", 16)
    network = build_network(loaded)
    assert torch.equal(network.state_dict()["backbone.conv1.weight"], foolwood()["features.features.conv1.weight"])
