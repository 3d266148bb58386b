"""The trunk of MobileNetV2 on SiamMask's grid: the backbone of the small default network.

Blocks 0 to 13 of 17, stride 8. The strided convolutions have no padding, so that 255 px give 127, 63 and 31 columns
and 127 px give 63, 31 and 15: the same centres as SiamMask's ResNet, and its refine windows fit. After block 7,
which has lost its stride, everything is dilated by 2. Batch norm is folded: each convolution has a bias.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from tracking.errors import WeightsMismatch

# expansion, channels, blocks, stride of the first (the fourth row's stride of 2 has become dilation)
_STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 1), (6, 96, 3, 1))


class Convolution(nn.Module):
    """Convolution with bias and, unless linear, ReLU6."""

    def __init__(
        self, channels: int, out: int, kernel: int = 1, *, stride: int = 1, dilation: int = 1, groups: int = 1,
        linear: bool = False,
    ) -> None:  # fmt: skip
        super().__init__()
        padding = dilation if kernel == 3 and stride == 1 else 0
        self.conv = nn.Conv2d(channels, out, kernel, stride, padding, dilation, groups)
        self.activation = nn.Identity() if linear else nn.ReLU6(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.activation(self.conv(x))
        return out


class InvertedResidual(nn.Module):
    """Expand, filter each channel, project back; added to the input where shapes allow."""

    def __init__(self, channels: int, out: int, *, stride: int, dilation: int, expansion: int) -> None:
        super().__init__()
        hidden = channels * expansion
        expand = [Convolution(channels, hidden)] if expansion != 1 else []
        self.body = nn.Sequential(
            *expand,
            Convolution(hidden, hidden, 3, stride=stride, dilation=dilation, groups=hidden),
            Convolution(hidden, out, linear=True),
        )
        self.residual = stride == 1 and channels == out

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.body(x)
        return x + out if self.residual else out


class RangedInput(nn.Module):
    """0..255 to -1..1, the range its ImageNet weights were trained on, [N, 3, S, S]."""

    scale, shift = 1 / 127.5, -1.0

    def forward(self, x: Tensor) -> Tensor:
        return x * self.scale + self.shift


class MobileNetV2Trunk(nn.Module):
    """Input [N, 3, S, S] float32 RGB, 0..255. Widths for S = 255 / 127 stand beside each line of forward."""

    channels = (16, 24, 32, 64, 96)  # of p0, p1, p2, p3, p4

    def __init__(self) -> None:
        super().__init__()
        blocks: list[nn.Module] = [Convolution(3, 32, 3, stride=2)]
        channels, index = 32, 1
        for expansion, out, count, stride in _STAGES:
            for place in range(count):
                blocks.append(
                    InvertedResidual(
                        channels,
                        out,
                        stride=stride if place == 0 else 1,
                        dilation=2 if index > 7 else 1,
                        expansion=expansion,
                    )
                )
                channels, index = out, index + 1
        self.input: nn.Module = RangedInput()
        self.features = nn.Sequential(*blocks)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        p0 = self.features[0:2](self.input(x))  # [N, 16, 127 | 63]
        p1 = self.features[2:4](p0)  # [N, 24, 63 | 31]
        p2 = self.features[4:7](p1)  # [N, 32, 31 | 15]
        p3 = self.features[7:11](p2)  # [N, 64, 31 | 15]
        p4 = self.features[11:14](p3)  # [N, 96, 31 | 15]
        return p0, p1, p2, p3, p4


class MobileNetNeck(nn.Module):
    """p2, p3 and p4 side by side, brought to the width of the heads; a template's border is cut off."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.downsample = nn.Sequential(nn.Conv2d(32 + 64 + 96, width, 1, bias=False), nn.BatchNorm2d(width))

    def forward(self, features: tuple[Tensor, ...]) -> Tensor:
        x: Tensor = self.downsample(torch.cat(features[2:], dim=1))
        if x.shape[-1] < 20:
            x = x[..., 4:-4, 4:-4]  # 15 -> 7
        return x


def load_imagenet(trunk: MobileNetV2Trunk, path: Path) -> None:
    """Fill the trunk from an .npz of MobileNetV2 1.0 (batch norm folded, fp16 or fp32, torch's layout).

    Keys are features.{block}.… as in this module; blocks 14 and up and the classifier are left out.
    Raises WeightsMismatch when a key is missing.
    """
    state = trunk.state_dict()
    with np.load(path, allow_pickle=False) as archive:
        missing = sorted(set(state) - set(archive.files))
        if missing:
            raise WeightsMismatch(f"{path.name} lacks {len(missing)} of {len(state)} keys, first {missing[0]}")
        for key in state:
            state[key] = torch.from_numpy(archive[key].astype(np.float32))
    trunk.load_state_dict(state, strict=True)
