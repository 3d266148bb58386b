"""How good a network is on pairs it has not learned from: the number to choose by while training."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from tracking.siammask import SiamMask
from tracking.training.augment import PairMaker
from tracking.training.batches import Batch, batches
from tracking.training.losses import dense_score_loss, mask_windows

THRESHOLD = 0.35  # of the mask, as config_davis


@dataclass(frozen=True, slots=True)
class HeldOutScore:
    """Means over held-out pairs; the same pairs every time."""

    mask_iou: float  # at the best-scored cell, within the window, of pairs that show their object
    found: float  # share of those pairs whose best anchor is a positive one
    score_loss: float

    def __str__(self) -> str:
        return f"mask IoU {self.mask_iou:.4f}, found {self.found:.3f}, score loss {self.score_loss:.4f}"


@torch.inference_mode()
def held_out_score(network: SiamMask, maker: PairMaker, pairs: int, size: int = 16) -> HeldOutScore:
    """Score `pairs` pairs, rounded up to whole batches."""
    ious: list[float] = []
    found: list[float] = []
    losses: list[float] = []
    device = next(network.parameters()).device
    for batch in batches(maker, size, 0, -(-pairs // size), workers=0):
        z, x = (crops.to(device).permute(0, 3, 1, 2).float() for crops in (batch.template, batch.search))
        response = network.search(network.encode_template(z), x)
        losses.append(float(dense_score_loss(response.cls.float(), batch.cls.to(device))))
        count, _, side, _ = response.cls.shape
        both = response.cls.float().reshape(count, 2, -1)
        best = (both[:, 1] - both[:, 0]).argmax(dim=1)
        cell = best % (side * side)
        logits = network.mask_logits(response, cell // side, cell % side).float()
        ious_of, found_of = _compare(batch, best.cpu(), cell.cpu(), logits.cpu(), side)
        ious += ious_of
        found += found_of
    return HeldOutScore(sum(ious) / max(1, len(ious)), sum(found) / max(1, len(found)), sum(losses) / len(losses))


def _compare(
    batch: Batch, best: torch.Tensor, cell: torch.Tensor, logits: torch.Tensor, side: int
) -> tuple[list[float], list[float]]:
    present = torch.nonzero(batch.position[:, 0] >= 0).flatten()
    target = mask_windows(batch.mask, present, cell[present] // side, cell[present] % side) > 0.5
    predicted = logits[present].sigmoid() > THRESHOLD
    shared = (predicted & target).flatten(1).sum(dim=1)
    either = batch.mask[present].flatten(1).sum(dim=1) + (predicted & ~target).flatten(1).sum(dim=1)
    hit = batch.cls.flatten(1)[present, best[present]] == 1
    return (shared / either.clamp(min=1)).tolist(), hit.float().tolist()
