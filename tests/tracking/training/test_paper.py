"""The paper's two stages on a drawn cache: rates, what learns, what stands still."""

from pathlib import Path

import numpy as np
import pytest
import torch

from conformance.reference import FOLDER
from drawn.lessons import drawn
from tracking.checkpoint import save_weights
from tracking.errors import BadConfig, WeightsMismatch
from tracking.siammask import siammask_base, siammask_small
from tracking.training.augment import PairMaker
from tracking.training.config import TrainingConfig
from tracking.training.paper import PaperTraining, learning_rate


@pytest.mark.parametrize("recipe", ["base", "refine"])
def test_the_rates_are_the_originals_table(recipe: str) -> None:
    with np.load(FOLDER / "training.npz") as expected:
        rates = [learning_rate(recipe, epoch) for epoch in range(20)]
        np.testing.assert_allclose(rates, expected[f"lr_{recipe}_20"], rtol=1e-6)


def config(recipe: str, out: Path, initial: Path | None = None) -> TrainingConfig:
    return TrainingConfig(recipe, drawn().folder, out, steps=2, batch=2, workers=0, initial=initial)


def changed(training: PaperTraining, step: int) -> set[str]:
    """The parts whose parameters one step at this place in the run changes."""
    training.step = step
    before = {name: value.detach().clone() for name, value in training.network.named_parameters()}
    maker = PairMaker(drawn(), seed=1)
    losses = next(iter(training.steps(maker, step + 1)))
    assert all(np.isfinite(value) for value in losses.values())
    moved = [name for name, value in training.network.named_parameters() if not torch.equal(value, before[name])]
    return {".".join(name.split(".")[:2]) if name.startswith("backbone") else name.split(".")[0] for name in moved}


def test_the_base_stage_thaws_two_stages_of_the_backbone_half_way(tmp_path: Path) -> None:
    torch.manual_seed(2)
    training = PaperTraining(config("base", tmp_path))
    statistics = training.network.backbone.bn1.running_mean.clone()  # type: ignore[union-attr, operator]
    assert changed(training, 0) == {"neck", "rpn", "mask"}
    assert changed(training, 1) == {"neck", "rpn", "mask", "backbone.layer2", "backbone.layer3"}
    assert torch.equal(training.network.backbone.bn1.running_mean, statistics)  # type: ignore[union-attr, arg-type]
    assert training.metadata() == {"architecture": "siammask-base", "profile": "base"}


def test_the_refine_stage_moves_the_mask_branch_and_the_refine_module_only(tmp_path: Path) -> None:
    torch.manual_seed(2)
    save_weights(tmp_path / "base.safetensors", siammask_base().state_dict(), {"architecture": "siammask-base"})
    training = PaperTraining(config("refine", tmp_path, tmp_path / "base.safetensors"))
    head = training.network.mask.head[0].weight.clone()  # type: ignore[index, union-attr, operator]
    assert changed(training, 0) == {"mask", "refine"}
    assert torch.equal(training.network.mask.head[0].weight, head)  # type: ignore[index, union-attr, arg-type]


def test_a_stage_that_lacks_its_beginning_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="begins with a base network"):
        PaperTraining(config("refine", tmp_path))
    save_weights(tmp_path / "s.safetensors", siammask_small(32).state_dict(), {"architecture": "siammask-small"})
    with pytest.raises(WeightsMismatch, match="not those of the base stage"):
        PaperTraining(config("base", tmp_path, tmp_path / "s.safetensors"))
