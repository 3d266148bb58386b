"""How a place looks to the network: the backbone's maps averaged over the pixels of a mask.

Masked average pooling as few-shot segmentation has it (Zhang et al., SG-One, 2020). It costs no pass of the network:
the maps of a search are there already.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from tracking.refine import response_offset, windows
from tracking.siammask import Response

_CELLS = 15  # of stride 8, along a mask's window of 127 px
_EDGE = 0.25  # a cell less likely than this is ground


def pooled(response: Response, masks: Tensor, rows: Tensor, columns: Tensor, batch: Tensor) -> Tensor:
    """The mean of the maps over each mask.

    masks: [P, S, S] probabilities of the windows at rows, columns of regions batch, all int64 [P].
    Returns [P, C] float32 on the response's device; NaN where no cell belongs to the mask.
    """
    offset = response_offset(response.cls.shape[-1])
    cells = F.interpolate(masks[:, None].float(), size=(_CELLS, _CELLS), mode="area")  # [P, 1, 15, 15]
    inside = (cells - _EDGE).clamp(min=0)
    inside = inside / inside.sum(dim=(2, 3), keepdim=True)
    around = [windows(maps, batch, rows - offset, columns - offset, 1, _CELLS) for maps in response.features[2:]]
    return torch.cat([(maps.float() * inside).sum(dim=(2, 3)) for maps in around], dim=1)


def ground(response: Response) -> tuple[Tensor, Tensor]:
    """The mean and the spread of the maps over each region: [N, C] float32 both, spread above zero."""
    maps = torch.cat([maps.float() for maps in response.features[2:]], dim=1)  # all of stride 8
    return maps.mean(dim=(2, 3)), maps.std(dim=(2, 3)).clamp(min=1e-3)
