"""SiamMask's own two stages on ResNet-50 (foolwood/SiamMask tools/train_siammask.py and train_siammask_refine.py).

Base: region proposals and the coarse mask head learn, from epoch 10 on two stages of the backbone too. Refine: the
mask branch and the refine module learn on search regions of 143 px, everything else stands still. Pairs are ours
(augment.py); labels, losses, rates and what is frozen are the paper's.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, SequentialSampler

from tracking.checkpoint import check_keys, load_weights
from tracking.errors import BadConfig, WeightsMismatch
from tracking.resnet import ResNet50
from tracking.siammask import SiamMask, siammask_base, siammask_sharp
from tracking.training.augment import PairMaker
from tracking.training.config import TrainingConfig
from tracking.training.labels import sampled_labels, training_anchors
from tracking.training.losses import box_loss, coarse_mask_loss, refined_mask_loss, score_loss

EPOCHS = 20
THAW_EPOCH = 10  # when layer2 and layer3 begin to learn
BACKBONE_SHARE = 0.1  # of the learning rate, for them
SEARCH = {"base": (255, 25), "refine": (143, 3)}  # px, side of the response
WORST_LOSS = 1e4  # a step with a larger one, or none, is left out


def learning_rate(recipe: str, epoch: int) -> float:
    """The paper's schedule; tables lr_base_20 and lr_refine_20 of the reference."""
    if recipe == "refine":
        return float(np.logspace(math.log10(0.01), math.log10(0.0025), EPOCHS)[epoch])
    warm = 5
    if epoch < warm:
        return float(0.001 * (0.005 / 0.001) ** (epoch / warm))
    return float(np.logspace(math.log10(0.005), math.log10(0.0025), EPOCHS - warm)[epoch - warm])


class PaperTraining:
    """One run of either stage; the same four calls as the small network's training."""

    def __init__(self, config: TrainingConfig, device: torch.device | None = None) -> None:
        torch.manual_seed(config.seed)
        self.config = config
        self.device = device or torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.network = siammask_base() if config.recipe == "base" else siammask_sharp()
        self._begin()
        self.network.to(self.device)
        self.step = 0
        backbone = self.network.backbone
        assert isinstance(backbone, ResNet50)
        self._later = [*backbone.layer2.parameters(), *backbone.layer3.parameters()]
        known = {id(parameter) for parameter in backbone.parameters()}
        if config.recipe == "base":
            now = [parameter for parameter in self.network.parameters() if id(parameter) not in known]
            groups = [{"params": now, "share": 1.0}, {"params": self._later, "share": BACKBONE_SHARE}]
        else:
            assert self.network.refine is not None
            now = [*self.network.mask.parameters(), *self.network.refine.parameters()]
            groups = [{"params": now, "share": 1.0}]
        self.network.requires_grad_(False)
        for parameter in now:
            parameter.requires_grad_(True)
        self._optimizer = torch.optim.SGD(groups, lr=0.0, momentum=0.9, weight_decay=1e-4)

    def _begin(self) -> None:
        config = self.config
        if config.recipe == "refine" and config.initial is None:
            raise BadConfig("the refine stage begins with a base network: set initial to its weights")
        if config.initial is not None:
            state = load_weights(config.initial).state
            refined = any(key.startswith("refine.") for key in state)  # a base network has nothing to begin that with
            own = self.network.state_dict()
            expected = {key: value for key, value in own.items() if refined or not key.startswith("refine.")}
            check_keys(state, expected, f"the {config.recipe} stage")
            self.network.load_state_dict(state, strict=False)
        elif config.backbone is not None:
            with np.load(config.backbone, allow_pickle=False) as archive:
                own = self.network.backbone.state_dict()
                lacking = sorted(key for key in own if key not in archive.files and "num_batches" not in key)
                if lacking:
                    raise WeightsMismatch(f"{config.backbone.name} lacks {len(lacking)} keys, first {lacking[0]}")
                found = {key: torch.from_numpy(archive[key].astype(np.float32)) for key in own if key in archive.files}
            self.network.backbone.load_state_dict(found, strict=False)
        if self.network.refine is not None and config.recipe == "refine":
            for module in self.network.refine.modules():
                if isinstance(module, nn.Conv2d):
                    nn.init.kaiming_uniform_(module.weight, a=1)

    @property
    def epoch(self) -> int:
        """0 to 19: the run's steps are cut into as many parts as the paper has epochs."""
        return min(EPOCHS - 1, self.step * EPOCHS // self.config.steps)

    def advance(self, batch: list[Tensor]) -> dict[str, float]:
        """Learn from one batch; returns its losses by name."""
        self._set_modes()
        rate = learning_rate(self.config.recipe, self.epoch)
        for group in self._optimizer.param_groups:
            group["lr"] = rate * group["share"]
        parts = self._losses([part.to(self.device) for part in batch])
        total = torch.stack(list(parts.values())).sum()
        self._optimizer.zero_grad(set_to_none=True)
        if bool(torch.isfinite(total)) and float(total.detach()) < WORST_LOSS:
            total.backward()  # type: ignore[no-untyped-call]
            learning = [p for p in self.network.parameters() if p.grad is not None]
            nn.utils.clip_grad_norm_(learning, 10.0)
            self._optimizer.step()
        self.step += 1
        return {name: float(value.detach()) for name, value in parts.items()} | {"total": float(total.detach())}

    def _losses(self, batch: list[Tensor]) -> dict[str, Tensor]:
        template, search, mask, cls, delta, weight, cells = batch
        z, x = (crops.permute(0, 3, 1, 2).float() for crops in (template, search))
        network = self.network
        if self.config.recipe == "base":
            response = network.search(network.encode_template(z), x)
            head = network.mask.head(response.correlation)  # all 625 positions: its batch norm counts them
            return {
                "score": score_loss(response.cls, cls),
                "box": 1.2 * box_loss(response.loc, delta, weight),
                "mask": 36 * coarse_mask_loss(head, mask, cells),
            }
        maps = network.backbone(x)
        kernel = network.mask.kernel(network.neck(network.backbone(z)))
        correlation = network.mask.correlate(kernel, network.neck(maps))  # [N, 256, 3, 3]
        count = correlation.shape[0]
        position = torch.arange(9, device=correlation.device).repeat(count)
        sample = torch.arange(count, device=correlation.device).repeat_interleave(9)
        assert network.refine is not None
        logits = network.refine(correlation, maps, sample, position // 3, position % 3)
        return {"mask": 36 * refined_mask_loss(logits.flatten(1), mask, cells)}

    def _set_modes(self) -> None:
        """Batch norms of what does not learn keep their statistics; those of the backbone always."""
        network, base = self.network, self.config.recipe == "base"
        network.eval()
        learning: tuple[nn.Module, ...] = (network.mask,) if network.refine is None else (network.mask, network.refine)
        for module in (network.neck, network.rpn, *learning) if base else learning:
            module.train()
        thawed = base and self.epoch >= THAW_EPOCH
        for parameter in self._later:
            parameter.requires_grad_(thawed)

    def state(self) -> dict[str, object]:
        """Everything a run needs to go on."""
        return {
            "format": "siammask-training/1",
            "step": self.step,
            "network": self.network.state_dict(),
            "optimizer": self._optimizer.state_dict(),
        }

    def restore(self, state: dict[str, object]) -> None:
        """Go on from what state() gave."""
        self.network.load_state_dict(state["network"])  # type: ignore[arg-type]
        self._optimizer.load_state_dict(state["optimizer"])  # type: ignore[arg-type]
        self.step = int(state["step"])  # type: ignore[call-overload]

    def averaged(self) -> SiamMask:
        """The network as it stands, in eval mode; the paper averages nothing."""
        return self.network.eval()

    def metadata(self) -> dict[str, str]:
        """What its weights file says of itself."""
        architecture = "siammask-base" if self.config.recipe == "base" else "siammask-sharp"
        return {"architecture": architecture, "profile": "base" if self.config.recipe == "base" else "davis"}

    def steps(self, maker: PairMaker, last: int) -> Iterator[dict[str, float]]:
        """Learn from the batches up to step `last`; yields each step's losses by name."""
        size = self.config.batch
        pairs = _PaperPairs(maker, self.config.recipe, self.step * size, (last - self.step) * size)
        for batch in DataLoader(pairs, size, sampler=SequentialSampler(pairs), num_workers=self.config.workers):
            yield self.advance(batch)


class _PaperPairs(Dataset[tuple[Tensor, ...]]):
    def __init__(self, maker: PairMaker, recipe: str, first: int, count: int) -> None:
        self._maker, self._first, self._count = maker, first, count
        self._side, response = SEARCH[recipe]
        self._anchors = training_anchors(self._side, response)

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> tuple[Tensor, ...]:
        number = self._first + index
        pair = self._maker.pair(number)
        cut = (pair.search.shape[0] - self._side) // 2
        search = np.ascontiguousarray(pair.search[cut : cut + self._side, cut : cut + self._side])
        shown = np.ascontiguousarray(pair.mask[cut : cut + self._side, cut : cut + self._side])
        x, y, width, height = cv2.boundingRect(shown.astype(np.uint8))
        present = pair.present and width > 0
        middle = self._side / 2
        corners = [x, y, x + width, y + height] if width else [middle - 8, middle - 8, middle + 8, middle + 8]
        box = np.array(corners, np.float64)
        rng = np.random.default_rng((self._maker.seed, 11, number))
        labels = sampled_labels(self._anchors, box, not present, rng)
        cells = (labels.cls == 1).any(axis=0)[None]  # a mask is learned where any anchor is positive
        return (
            torch.from_numpy(pair.template),
            torch.from_numpy(search),
            torch.from_numpy(np.where(shown, 1.0, -1.0).astype(np.float32))[None],
            torch.from_numpy(labels.cls),
            torch.from_numpy(labels.delta.astype(np.float32)),
            torch.from_numpy(labels.delta_weight.astype(np.float32)),
            torch.from_numpy(cells.astype(np.float32)),
        )
