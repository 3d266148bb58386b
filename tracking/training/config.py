"""A training run as one small TOML file; every name in it is a field here, and nothing else is accepted."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from tracking.errors import BadConfig
from tracking.training.augment import Rates

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """What a run depends on; two runs of equal configs and equal data give equal weights."""

    recipe: str  # "small", "base" (the paper's stage 1) or "refine" (stage 2)
    data: Path  # a prepared cache
    out: Path  # checkpoints, log, pictures, weights
    steps: int
    batch: int = 16
    seed: int = 1
    width: int = 128  # of the small network
    initial: Path | None = None  # weights to go on from (.safetensors)
    backbone: Path | None = None  # ImageNet weights of the backbone (.npz), when nothing else is there yet
    learning_rate: float = 1.2e-3
    final_learning_rate: float = 1e-5
    backbone_rate: float = 0.12  # of the learning rate, for blocks 4 to 13
    unfreeze_at: float = 0.1  # share of the steps after which those blocks learn too
    warm_up_steps: int = 150
    weight_decay: float = 1e-3
    gradient_clip: float = 30.0
    ema: float = 0.998
    precision: str = "fp32"
    workers: int = 1
    checkpoint_minutes: float = 4.0
    score_every: int = 500  # steps
    score_pairs: int = 256
    rates: Rates = field(default_factory=Rates)
    source_weights: dict[str, float] = field(default_factory=dict)
    unions: dict[str, float] = field(default_factory=dict)  # by source: how often two objects that touch are one


RECIPES = ("small", "base", "refine")


def read_config(path: Path) -> TrainingConfig:
    """Read a run's file; relative paths start at it. Raises BadConfig naming the first setting that is wrong."""
    try:
        content = tomllib.loads(path.read_text())
    except FileNotFoundError:
        raise BadConfig(f"there is no file {path}") from None
    except tomllib.TOMLDecodeError as fault:
        raise BadConfig(f"{path} is not TOML: {fault}") from fault
    for key in ("data", "out", "initial", "backbone"):
        if key in content:
            content[key] = (path.parent / Path(content[key]).expanduser()).resolve()
    content["rates"] = _read(Rates, content.pop("rates", {}), "rates.")
    config = _read(TrainingConfig, content, "")
    if config.recipe not in RECIPES:
        raise BadConfig(f"recipe is one of {', '.join(RECIPES)}, got {config.recipe!r}")
    if config.precision not in ("fp32", "bf16"):
        raise BadConfig(f"precision is fp32 or bf16, got {config.precision!r}")
    for name in ("steps", "batch", "workers", "score_every"):
        if getattr(config, name) < (0 if name == "workers" else 1):
            raise BadConfig(f"{name} must be at least {0 if name == 'workers' else 1}, got {getattr(config, name)}")
    return config


def _read(kind: type[T], content: dict[str, Any], prefix: str) -> T:
    known = {entry.name for entry in fields(kind)}  # type: ignore[arg-type]  # T is a dataclass here
    for name in content:
        if name not in known:
            raise BadConfig(f"{prefix}{name} is not a setting; there are {', '.join(sorted(known))}")
    try:
        return kind(**content)
    except TypeError as fault:
        raise BadConfig(f"the configuration is incomplete: {fault}") from fault
