"""Which of the 3,125 anchors is the object: SiamRPN's penalties on change and on distance (SiamMask tools/test.py)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from tracking.anchors import COUNT, anchor_grid
from tracking.profile import Profile

_APART = 0.75  # of the object's sides: a box that far off shows another thing


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """The chosen anchor of each of N regions, then others of some of them; tensors stay on the response's device."""

    region: Tensor  # [P] int64: 0..N - 1, then those of the others
    index: Tensor  # [P] int64, (anchor * R + row) * R + column
    row: Tensor  # [P] int64
    column: Tensor  # [P] int64
    score: Tensor  # [P] float64, 0..1
    penalty: Tensor  # [P] float64, 1: same size and shape as before
    box: Tensor  # [P, 4] float64: centre x, y relative to the crop's centre, width, height; crop pixels


class Proposals:
    """The anchors of one response size, ready on one device."""

    def __init__(self, device: torch.device, response_side: int = 25) -> None:
        self._side = response_side
        self._anchors = torch.from_numpy(anchor_grid(response_side)).to(device).flatten(1)  # [4, A], float64
        hanning = np.hanning(response_side)  # zero at the ends: a jump to the region's edge is never near
        window = np.tile(np.outer(hanning, hanning).ravel(), COUNT)
        self._window = torch.from_numpy(window).to(device)  # [A]

    def choose(
        self,
        cls: Tensor,
        loc: Tensor,
        size: Tensor,
        profile: Profile,
        anywhere: Tensor | None = None,
        others_from: float | None = None,
    ) -> Proposal:
        """Choose for each of N regions.

        cls: [N, 10, R, R] logits. loc: [N, 20, R, R]. size: [N, 2] float64, the object's last size in crop pixels.
        anywhere: [N] bool, regions where the middle is no likelier than the rest: the object's place is not known.
        others_from: a score, 0..1; a region with a place apart from the chosen one that reaches it has that one too.
        """
        cls = cls.double().flatten(2).reshape(cls.shape[0], 2, -1)  # [N, 2, A]
        score = torch.sigmoid(cls[:, 1] - cls[:, 0])  # softmax over two
        offset = loc.double().flatten(2).reshape(loc.shape[0], 4, -1)  # [N, 4, A]
        anchor_x, anchor_y, anchor_w, anchor_h = self._anchors
        x = offset[:, 0] * anchor_w + anchor_x
        y = offset[:, 1] * anchor_h + anchor_y
        width = torch.exp(offset[:, 2]) * anchor_w
        height = torch.exp(offset[:, 3]) * anchor_h

        old_width, old_height = size[:, :1], size[:, 1:]
        scale_change = _change(_padded_side(width, height) / _padded_side(old_width, old_height))
        ratio_change = _change((old_width / old_height) / (width / height))
        penalty = torch.exp(-(scale_change * ratio_change - 1) * profile.penalty_k)
        near: float | Tensor = profile.window_influence
        if anywhere is not None:
            near = near * (~anywhere).double()[:, None]  # [N, 1]
        penalised = penalty * score * (1 - near) + self._window * near  # [N, A]

        best = penalised.argmax(dim=1)
        region = torch.arange(best.shape[0], device=best.device)
        if others_from is not None:
            at = best[:, None]
            apart = torch.maximum((x - x.gather(1, at)).abs() / old_width, (y - y.gather(1, at)).abs() / old_height)
            other_score, other = (penalty * score * (apart > _APART)).max(dim=1)
            strong = (other_score >= others_from).nonzero()[:, 0]
            best, region = torch.cat([best, other[strong]]), torch.cat([region, strong])
        place = best % (self._side * self._side)
        return Proposal(
            region=region,
            index=best,
            row=place // self._side,
            column=place % self._side,
            score=score[region, best],
            penalty=penalty[region, best],
            box=torch.stack([values[region, best] for values in (x, y, width, height)], dim=1),
        )


def _change(ratio: Tensor) -> Tensor:
    return torch.maximum(ratio, 1 / ratio)


def _padded_side(width: Tensor, height: Tensor) -> Tensor:
    pad = (width + height) * 0.5
    return torch.sqrt((width + pad) * (height + pad))
