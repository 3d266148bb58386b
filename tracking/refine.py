"""From one position of the response map to a mask of 127 x 127: SiamMask's refine module and the small network's.

The mask covers the 127 px of the search region that the position's window spans. Seen from a map of stride s the window
starts (row - 4) * 8 / s cells from the top, so it may start before the map: windows are cut with zeros around.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

MASK_SIDE = 127  # crop pixels


class Refine(nn.Module):
    """SiamMask's (paper appendix; models/siammask_sharp.py): U-shaped over p0, p1 and p2 of the ResNet."""

    def __init__(self) -> None:
        super().__init__()
        self.v0, self.v1, self.v2 = _pair(64, 16, 4), _pair(256, 64, 16), _pair(512, 128, 32)
        self.h2, self.h1, self.h0 = _pair(32, 32, 32), _pair(16, 16, 16), _pair(4, 4, 4)
        self.deconv = nn.ConvTranspose2d(256, 32, 15, 15)  # of a 1x1 map: a linear map to [32, 15, 15]
        self.post0 = nn.Conv2d(32, 16, 3, padding=1)
        self.post1 = nn.Conv2d(16, 4, 3, padding=1)
        self.post2 = nn.Conv2d(4, 1, 3, padding=1)

    def forward(
        self, correlation: Tensor, features: tuple[Tensor, ...], batch: Tensor, rows: Tensor, columns: Tensor
    ) -> Tensor:
        """Masks at P positions: sample batch[p], row rows[p], column columns[p] of correlation [N, 256, R, R].

        Returns logits [P, 127, 127].
        """
        p0, p1, p2 = features[:3]
        offset = response_offset(correlation.shape[-1])
        vector = correlation[batch, :, rows, columns]  # [P, 256]
        out: Tensor = self.deconv(vector[:, :, None, None])  # [P, 32, 15, 15]
        out = self.h2(out) + self.v2(windows(p2, batch, rows - offset, columns - offset, 1, 15))
        out = self.post0(F.interpolate(out, size=31))  # [P, 16, 31, 31], nearest as the original
        out = self.h1(out) + self.v1(windows(p1, batch, rows - offset, columns - offset, 2, 31))
        out = self.post1(F.interpolate(out, size=61))  # [P, 4, 61, 61]
        out = self.h0(out) + self.v0(windows(p0, batch, rows - offset, columns - offset, 4, 61))
        out = self.post2(F.interpolate(out, size=MASK_SIDE))  # [P, 1, 127, 127]
        return out.squeeze(1)


class SmallRefine(nn.Module):
    """The small network's: as above on MobileNet's maps, and the whole correlation map beside the one vector.

    The vector says what the window holds, the map around it where it holds it; neighbours in the map let a mask grow
    past what one vector can describe.
    """

    def __init__(self, width: int, channels: tuple[int, ...]) -> None:
        super().__init__()
        self.vector = nn.Linear(width, 32 * 15 * 15)
        self.map = nn.Conv2d(width, 32, 1)
        self.v2, self.v1, self.v0 = (nn.Conv2d(c, out, 3, padding=1) for c, out in zip(
            (channels[2], channels[1], channels[0]), (32, 16, 8), strict=True))  # fmt: skip
        self.h2, self.h1, self.h0 = _pair(32, 32, 32), _pair(16, 16, 16), _pair(8, 8, 8)
        self.post0 = nn.Conv2d(32, 16, 1)
        self.post1 = nn.Conv2d(16, 8, 1)
        self.post2 = nn.Conv2d(8, 1, 3, padding=1)

    def forward(
        self, correlation: Tensor, features: tuple[Tensor, ...], batch: Tensor, rows: Tensor, columns: Tensor
    ) -> Tensor:
        """As Refine.forward, correlation [N, C, 25, 25]. Returns logits [P, 127, 127]."""
        p0, p1, p2 = features[:3]
        rows, columns = rows - 4, columns - 4
        vector = correlation[batch, :, rows + 4, columns + 4]  # [P, C]
        # a response cell lies 3 cells of p2 in: 31 - 2 (embedding) - 4 (kernel) = 25
        near = windows(F.pad(self.map(correlation), (3, 3, 3, 3)), batch, rows, columns, 1, 15)  # [P, 32, 15, 15]
        out = self.vector(vector).view(-1, 32, 15, 15) + near + self.v2(windows(p2, batch, rows, columns, 1, 15))
        out = self.post0(self.h2(F.relu(out)))
        out = _double(out) + self.v1(windows(p1, batch, rows, columns, 2, 31))
        out = self.post1(self.h1(F.relu(out)))
        out = _double(out) + self.v0(windows(p0, batch, rows, columns, 4, 63))
        out = self.post2(self.h0(F.relu(out)))  # [P, 1, 63, 63]
        return _double(out).squeeze(1)


def response_offset(side: int) -> int:
    """How many response cells a window reaches before its position: 4 when tracking (25), 0 in refine training (3)."""
    return 4 if side == 25 else 0


def windows(maps: Tensor, batch: Tensor, rows: Tensor, columns: Tensor, stride: int, side: int) -> Tensor:
    """Cut P windows [P, C, side, side] out of maps [N, C, H, W], starting at stride * rows, stride * columns.

    What lies outside a map is zero. Only the windows are copied: a padded copy of the map would cost more.
    """
    if maps.device.type == "cpu" and not torch.is_grad_enabled():
        return _copied(maps, batch.tolist(), (rows * stride).tolist(), (columns * stride).tolist(), side)
    steps = torch.arange(side, device=maps.device)
    height, width = maps.shape[2:]
    y = rows[:, None] * stride + steps  # [P, side]
    x = columns[:, None] * stride + steps
    inside = ((y >= 0) & (y < height))[:, :, None] & ((x >= 0) & (x < width))[:, None, :]
    y, x = y.clamp(0, height - 1), x.clamp(0, width - 1)
    cut = maps[batch[:, None, None], :, y[:, :, None], x[:, None, :]]  # [P, side, side, C]
    return (cut * inside[..., None]).permute(0, 3, 1, 2)


def _copied(maps: Tensor, batch: list[int], tops: list[int], lefts: list[int], side: int) -> Tensor:
    """As windows, one after the other: a third of the time where no device need be waited for.

    Its gradient would cost a whole map a window, so training takes the other way.
    """
    cuts = []
    for index, top, left in zip(batch, tops, lefts, strict=True):
        y, x = max(top, 0), max(left, 0)
        inside = maps[index, :, y : max(top + side, 0), x : max(left + side, 0)]
        below, right = side - (y - top) - inside.shape[1], side - (x - left) - inside.shape[2]
        cuts.append(F.pad(inside, (x - left, right, y - top, below)))
    return torch.stack(cuts).contiguous(memory_format=torch.channels_last)


def _pair(channels: int, mid: int, out: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, mid, 3, padding=1),
        nn.ReLU(inplace=True),
        nn.Conv2d(mid, out, 3, padding=1),
        nn.ReLU(inplace=True),
    )


def _double(maps: Tensor) -> Tensor:
    """[P, C, S, S] -> [P, C, 2S + 1, 2S + 1], bilinear: fine cell 2k + 1 stands exactly on coarse cell k.

    The unpadded strided convolutions put it there (cell k of stride s lies at s * k + s - 1 px), so that all maps of a
    window share their centres.
    """
    side = 2 * maps.shape[-1] + 3
    grown = F.interpolate(F.pad(maps, (1, 1, 1, 1), mode="replicate"), size=side, mode="bilinear", align_corners=True)
    return grown[..., 1:-1, 1:-1]
