"""SiamMask's losses (paper section 3.3), and those of the default network, which counts every anchor."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def score_loss(cls: Tensor, labels: Tensor) -> Tensor:
    """The paper's: half the mean over positives, half the mean over negatives, 0 for an empty half.

    cls: [N, 10, R, R] logits. labels: int64 [N, 5, R, R], -1 not counted.
    """
    miss = _negative_log_likelihood(cls, labels)
    return 0.5 * _mean(miss, labels == 1) + 0.5 * _mean(miss, labels == 0)


def dense_score_loss(cls: Tensor, labels: Tensor, hardest: int = 48) -> Tensor:
    """Positives, all negatives, and the hardest negatives of each pair once more: look-alikes are few among 3,125.

    cls: [N, 10, R, R] logits. labels: int64 [N, 5, R, R].
    """
    miss = _negative_log_likelihood(cls, labels)
    background = torch.where(labels == 0, miss, torch.zeros_like(miss)).flatten(1)
    worst = background.topk(hardest, dim=1).values.mean()
    return _mean(miss, labels == 1) + 0.5 * _mean(miss, labels == 0) + 0.5 * worst


def box_loss(loc: Tensor, delta: Tensor, weight: Tensor) -> Tensor:
    """Plain L1 over the four coordinates, weighted, summed, over the batch.

    loc: [N, 20, R, R]. delta: [N, 4, 5, R, R]. weight: [N, 5, R, R].
    """
    count, _, side, _ = loc.shape
    distance = (loc.view(count, 4, -1, side, side) - delta).abs().sum(dim=1)
    return (distance * weight).sum() / count


def coarse_mask_loss(head: Tensor, mask: Tensor, weight: Tensor) -> Tensor:
    """Stage 1: soft margin over the 127 px window of each positive cell.

    head: [N, 3969, 25, 25] logits, enlarged to 127 px with corners aligned. mask: [N, 1, 255, 255] of -1 and 1; what a
    window has outside the region is 0, no gradient. weight: [N, 1, 25, 25], 1 where a cell counts.
    """
    chosen = weight.flatten() == 1
    logits = head.permute(0, 2, 3, 1).reshape(-1, 1, 63, 63)[chosen]
    logits = F.interpolate(logits, size=127, mode="bilinear", align_corners=True).flatten(1)
    targets = F.unfold(mask, 127, padding=32, stride=8).transpose(1, 2).reshape(-1, 127 * 127)[chosen]
    return _soft_margin(logits, targets)


def refined_mask_loss(logits: Tensor, mask: Tensor, weight: Tensor) -> Tensor:
    """Stage 2: the same for refined masks of all 3 x 3 cells of a search of 143 px.

    logits: [N * 9, 127 * 127], cells row-major. mask: [N, 1, 143, 143] of -1 and 1. weight: [N, 1, 3, 3].
    """
    chosen = weight.flatten() == 1
    targets = F.unfold(mask, 127, stride=8).transpose(1, 2).reshape(-1, 127 * 127)[chosen]
    return _soft_margin(logits[chosen], targets)


def mask_windows(mask: Tensor, batch: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """The 127 px of mask [N, 255, 255] that each position's window spans: float32 [P, 127, 127], 0 outside."""
    padded = F.pad(mask.float(), (32, 32, 32, 32))
    steps = torch.arange(127, device=mask.device)
    y, x = rows[:, None] * 8 + steps, columns[:, None] * 8 + steps
    return padded[batch[:, None, None], y[:, :, None], x[:, None, :]]


def window_mask_loss(logits: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """The default network's: cross entropy per pixel, and dice, which does not forget small objects.

    logits, target: [P, 127, 127]; target 0 or 1.
    """
    entropy = F.binary_cross_entropy_with_logits(logits, target)
    predicted = logits.sigmoid().flatten(1)
    wanted = target.flatten(1)
    shared = 2 * (predicted * wanted).sum(dim=1) + 1
    dice = 1 - shared / (predicted.sum(dim=1) + wanted.sum(dim=1) + 1)
    return entropy, dice.mean()


def _negative_log_likelihood(cls: Tensor, labels: Tensor) -> Tensor:
    count, _, side, _ = cls.shape
    pairs = cls.view(count, 2, -1, side, side)
    margin = pairs[:, 1] - pairs[:, 0]
    return F.softplus(torch.where(labels == 1, -margin, margin))


def _mean(values: Tensor, chosen: Tensor) -> Tensor:
    return (values * chosen).sum() / chosen.sum().clamp(min=1)


def _soft_margin(logits: Tensor, targets: Tensor) -> Tensor:
    if logits.shape[0] == 0:
        return logits.sum() * 0
    return F.softplus(-logits * targets).mean()
