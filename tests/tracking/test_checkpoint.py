from pathlib import Path

import pytest
import torch

from tracking.checkpoint import (
    build_network,
    load_training_state,
    load_weights,
    save_training_state,
    save_weights,
)
from tracking.errors import UnknownWeights, WeightsMismatch
from tracking.loading import load_tracker
from tracking.siammask import siammask_small

SMALL = {"architecture": "siammask-small", "width": "32", "profile": "vot"}


def written(folder: Path, metadata: dict[str, str] = SMALL) -> Path:
    torch.manual_seed(1)
    save_weights(folder / "w.safetensors", siammask_small(32).state_dict(), metadata)
    return folder / "w.safetensors"


def test_a_file_alone_builds_its_network_of_its_own_width(tmp_path: Path) -> None:
    network = build_network(load_weights(written(tmp_path)))
    torch.manual_seed(1)
    expected = siammask_small(32).state_dict()
    assert all(torch.equal(value, expected[key]) for key, value in network.state_dict().items())
    assert not network.training


def test_half_precision_on_disk_is_single_precision_in_use(tmp_path: Path) -> None:
    state = {
        key: value.half() if value.is_floating_point() else value
        for key, value in siammask_small(32).state_dict().items()
    }
    save_weights(tmp_path / "w.safetensors", state, SMALL)
    network = build_network(load_weights(tmp_path / "w.safetensors"))
    assert {parameter.dtype for parameter in network.parameters()} == {torch.float32}


def test_a_tracker_loads_with_the_profile_of_its_weights_unless_told_otherwise(tmp_path: Path) -> None:
    file = written(tmp_path)
    assert load_tracker(file, device="cpu").profile.name == "vot"
    assert load_tracker(file, "davis", device="cpu").profile.name == "davis"


def test_the_fingerprint_is_the_contents_own(tmp_path: Path) -> None:
    one = load_weights(written(tmp_path)).fingerprint
    assert load_weights(written(tmp_path)).fingerprint == one
    assert load_weights(written(tmp_path, {**SMALL, "profile": "davis"})).fingerprint != one


def test_keys_of_another_network_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(WeightsMismatch, match=r"siammask-sharp: missing .* and .* more; unexpected"):
        build_network(load_weights(written(tmp_path, {"architecture": "siammask-sharp"})))


def test_a_file_that_says_nothing_of_itself_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsMismatch, match="is for no network; known are siammask-sharp"):
        load_weights(written(tmp_path, {}))
    (tmp_path / "x.safetensors").write_bytes(b"nonsense")
    with pytest.raises(WeightsMismatch, match="not a safetensors file"):
        load_weights(tmp_path / "x.safetensors")
    with pytest.raises(UnknownWeights):
        load_weights(tmp_path / "none.safetensors")


def test_a_training_checkpoint_holds_plain_values_and_comes_back_equal(tmp_path: Path) -> None:
    save_training_state(tmp_path / "c.pt", {"step": 3, "network": {"a": torch.arange(4)}})
    state = load_training_state(tmp_path / "c.pt")
    assert state["step"] == 3 and torch.equal(state["network"]["a"], torch.arange(4))  # type: ignore[index]
    assert [file.name for file in tmp_path.iterdir()] == ["c.pt"]
    (tmp_path / "c.pt").write_bytes(b"half a file")
    with pytest.raises(WeightsMismatch, match="not a training checkpoint"):
        load_training_state(tmp_path / "c.pt")
