"""The training loop: batches in, losses down, a checkpoint every few minutes, exactly resumable."""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

import torch
from torch import Tensor, nn

from tracking.checkpoint import check_keys, load_training_state, load_weights, save_training_state, save_weights
from tracking.errors import BadConfig
from tracking.mobilenet import MobileNetV2Trunk, load_imagenet
from tracking.siammask import Response, SiamMask, Template, siammask_small
from tracking.training.augment import PairMaker
from tracking.training.batches import Batch, batches
from tracking.training.cache import Cache
from tracking.training.config import TrainingConfig
from tracking.training.correlation import trainable_correlation
from tracking.training.losses import box_loss, dense_score_loss, mask_windows, window_mask_loss
from tracking.training.paper import PaperTraining
from tracking.training.phases import trunk_maps
from tracking.training.score import held_out_score
from tracking.training.sheet import pair_sheet, prediction_sheet

log = logging.getLogger(__name__)

NOTE_EVERY = 20  # steps
FROZEN_BLOCKS = 4  # the trunk's first blocks keep their ImageNet weights


@dataclass(frozen=True, slots=True)
class Losses:
    """One step's losses, unweighted."""

    score: float
    box: float
    entropy: float
    dice: float
    wrong_template: float
    total: float
    gradient: float  # norm before clipping


class SmallTraining:
    """One run of the default network's recipe. advance() does one step; state() and restore() are the whole of it."""

    def __init__(self, config: TrainingConfig, device: torch.device | None = None) -> None:
        torch.manual_seed(config.seed)
        self.config = config
        self.device = device or torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.network = siammask_small(config.width)
        trunk = self.network.backbone
        assert isinstance(trunk, MobileNetV2Trunk)
        if config.initial is not None:
            loaded = load_weights(config.initial)
            check_keys(loaded.state, self.network.state_dict(), f"a small network of width {config.width}")
            self.network.load_state_dict(loaded.state)
        elif config.backbone is not None:
            load_imagenet(trunk, config.backbone)
        _channels_last(self.network.to(self.device)).train()
        self.average = {key: value.clone() for key, value in self.network.state_dict().items()}
        self.step = 0
        self._later = [p for block in list(trunk.features)[FROZEN_BLOCKS:] for p in block.parameters()]
        known = {id(parameter) for parameter in trunk.parameters()}
        rest = [parameter for parameter in self.network.parameters() if id(parameter) not in known]
        self._optimizer = torch.optim.AdamW(
            [{"params": rest, "share": 1.0}, {"params": self._later, "share": config.backbone_rate}],
            lr=config.learning_rate,
            weight_decay=config.weight_decay,
        )
        trunk.requires_grad_(False)
        self._trunk = trunk

    def steps(self, maker: PairMaker, last: int) -> Iterator[dict[str, float]]:
        """Learn from the batches up to step `last`; yields each step's losses by name."""
        for batch in batches(maker, self.config.batch, self.step, last, self.config.workers):
            yield asdict(self.advance(batch))

    def metadata(self) -> dict[str, str]:
        """What its weights file says of itself."""
        return {"architecture": "siammask-small", "width": str(self.config.width), "profile": "default"}

    def advance(self, batch: Batch) -> Losses:
        """Learn from one batch."""
        rate = self._set_rates()
        self._thaw()
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.config.precision == "bf16"):
            parts = self._losses(batch)
        score, box, entropy, dice, wrong = parts
        total = score + 1.2 * box + 20 * entropy + 1.5 * dice + 0.25 * wrong
        self._optimizer.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        learning = [p for group in self._optimizer.param_groups for p in group["params"] if p.grad is not None]
        norm = nn.utils.clip_grad_norm_(learning, self.config.gradient_clip)
        if bool(torch.isfinite(norm)) and rate > 0:
            self._optimizer.step()
        self.step += 1
        self._follow()
        values = [float(part.detach()) for part in (*parts, total)]
        return Losses(*values, gradient=float(norm))  # type: ignore[misc]  # five losses and their sum

    def _losses(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        network = self.network
        z, x = (_regions(crops, self.device) for crops in (batch.template, batch.search))
        labels, mask = batch.cls.to(self.device), batch.mask.to(self.device)
        example = network.neck(trunk_maps(self._trunk, z))  # [N, C, 7, 7]
        template = Template(
            network.rpn.cls.kernel(example), network.rpn.loc.kernel(example), network.mask.kernel(example)
        )
        maps = trunk_maps(self._trunk, x)
        features = network.neck(maps)  # [N, C, 31, 31]
        embedded = network.rpn.cls.conv_search(features)
        response = Response(
            cls=network.rpn.cls.head(trainable_correlation(embedded, template.cls)),
            loc=network.rpn.loc.head(trainable_correlation(network.rpn.loc.conv_search(features), template.loc)),
            correlation=trainable_correlation(network.mask.conv_search(features), template.mask),
            features=maps,
        )
        score = dense_score_loss(response.cls.float(), labels)
        box = box_loss(response.loc.float(), batch.delta.to(self.device), batch.delta_weight.to(self.device))

        samples, rows, columns = _positions(response.cls.detach(), labels, batch.position.to(self.device))
        if samples.numel():
            logits = network.mask_logits(response, rows, columns, samples).float()
            entropy, dice = window_mask_loss(logits, mask_windows(mask, samples, rows, columns))
        else:
            entropy = dice = score.new_zeros(())

        # pair n's region with pair n - 1's template: a good score there is a mistake
        strange = network.rpn.cls.head(trainable_correlation(embedded, template.cls.roll(1, 0)))
        wrong = dense_score_loss(strange.float(), torch.zeros_like(labels))
        return score, box, entropy, dice, wrong

    def _set_rates(self) -> float:
        config = self.config
        warm = min(1.0, (self.step + 1) / max(1, config.warm_up_steps))
        way = min(1.0, self.step / config.steps)
        low, high = config.final_learning_rate, config.learning_rate
        rate = warm * (low + (high - low) * 0.5 * (1 + math.cos(math.pi * way)))
        for group in self._optimizer.param_groups:
            group["lr"] = rate * group["share"]
        return rate

    def _thaw(self) -> None:
        learning = self.step >= self.config.unfreeze_at * self.config.steps
        for parameter in self._later:
            parameter.requires_grad_(learning)

    @torch.no_grad()
    def _follow(self) -> None:
        keep = min(self.config.ema, (1 + self.step) / (10 + self.step))  # the first steps are soon forgotten
        for key, value in self.network.state_dict().items():
            if value.is_floating_point():
                self.average[key].lerp_(value, 1 - keep)
            else:
                self.average[key].copy_(value)

    def state(self) -> dict[str, object]:
        """Everything a run needs to go on."""
        return {
            "format": "siammask-training/1",
            "step": self.step,
            "network": self.network.state_dict(),
            "average": self.average,
            "optimizer": self._optimizer.state_dict(),
        }

    def restore(self, state: dict[str, object]) -> None:
        """Go on from what state() gave."""
        self.network.load_state_dict(state["network"])  # type: ignore[arg-type]
        self._optimizer.load_state_dict(state["optimizer"])  # type: ignore[arg-type]
        self.average = {key: value.clone() for key, value in state["average"].items()}  # type: ignore[attr-defined]
        self.step = int(state["step"])  # type: ignore[call-overload]

    def averaged(self) -> SiamMask:
        """A network of the averaged weights, in eval mode: what is scored and shipped."""
        network = siammask_small(self.config.width)
        network.load_state_dict(self.average)
        return _channels_last(network.eval().to(self.device))


def train(config: TrainingConfig, *, resume: bool, stop_at: int | None = None) -> Path:
    """Run to the end, or to step stop_at; returns the weights file.

    Writes OUT/checkpoint.pt every few minutes, OUT/log.jsonl, sheets of pairs and predictions to look at, and
    OUT/weights.safetensors at the end. Raises BadConfig when there is a run in OUT already and resume is False.
    """
    config.out.mkdir(parents=True, exist_ok=True)
    checkpoint = config.out / "checkpoint.pt"
    if checkpoint.exists() and not resume:
        raise BadConfig(f"{config.out} holds a run already: --resume it, or set another out")
    training: SmallTraining | PaperTraining = (
        SmallTraining(config) if config.recipe == "small" else PaperTraining(config)
    )
    if checkpoint.exists():
        training.restore(load_training_state(checkpoint))
        log.info("resumed at step %d", training.step)
    cache = Cache(config.data)
    maker = PairMaker(cache, config.rates, config.seed, weights=config.source_weights, unions=config.unions)
    held_out = PairMaker(cache, config.rates, config.seed, held_out=True, weights=config.source_weights)
    last = min(config.steps, stop_at if stop_at is not None else config.steps)
    if training.step == 0:
        pair_sheet(maker, config.out / "pairs.jpg")
    began, first, saved = time.monotonic(), training.step, time.monotonic()
    with (config.out / "log.jsonl").open("a") as journal:
        for losses in training.steps(maker, last):
            if training.step % NOTE_EVERY == 0:
                steps_s = (training.step - first) / (time.monotonic() - began)
                note = {"step": training.step, **losses, "pairs_s": round(steps_s * config.batch, 1)}
                _write(journal, note)
                log.info(
                    "step %d of %d  %s  %.1f pairs/s  %.0f min left",
                    training.step,
                    config.steps,
                    " ".join(f"{name} {value:.3f}" for name, value in losses.items()),
                    steps_s * config.batch,
                    (last - training.step) / steps_s / 60,
                )
            if time.monotonic() - saved > 60 * config.checkpoint_minutes or training.step == last:
                save_training_state(checkpoint, training.state())
                saved = time.monotonic()
            if training.step % config.score_every == 0 or training.step == last:
                network = training.averaged()
                score = held_out_score(network, held_out, config.score_pairs)
                prediction_sheet(network, held_out, config.out / "predictions.jpg")
                _write(journal, {"step": training.step, "held_out": asdict(score)})
                log.info("step %d  held out: %s", training.step, score)
    weights = config.out / "weights.safetensors"
    save_weights(weights, training.averaged().state_dict(), training.metadata())
    return weights


def _channels_last(network: SiamMask) -> SiamMask:
    """Lay its weights out so; in place."""
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # missing in torch's own stubs
    return network


def _regions(crops: Tensor, device: torch.device) -> Tensor:
    """uint8 [N, S, S, 3] -> float32 [N, 3, S, S], channels last in memory."""
    return crops.to(device).permute(0, 3, 1, 2).float()


def _positions(cls: Tensor, labels: Tensor, drawn: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Two positive cells a pair to learn a mask at: the drawn one, and the one that scores best now.

    Returns sample, row, column, int64 [P] each; pairs without a positive cell have none.
    """
    count, _, side, _ = cls.shape
    pairs = cls.view(count, 2, -1, side, side)
    margin = (pairs[:, 1] - pairs[:, 0]).masked_fill(labels != 1, -torch.inf)
    best = margin.amax(dim=1).flatten(1).argmax(dim=1)  # [N]
    present = torch.nonzero(drawn[:, 0] >= 0).flatten()
    rows = torch.cat([drawn[present, 0], best[present] // side])
    columns = torch.cat([drawn[present, 1], best[present] % side])
    return present.repeat(2), rows, columns


def _write(journal: TextIO, entry: Mapping[str, object]) -> None:
    journal.write(json.dumps(entry) + "\n")
    journal.flush()
