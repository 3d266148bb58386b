"""ResNet-50 as SiamMask uses it: three stages, stride 8, dilated instead of strided in the last.

Paddings are chosen so that a template of 127 px and a search region of 255 px line up on one grid without
any asymmetry (SiamMask models/features, paper section 3.2).
"""

from __future__ import annotations

from torch import Tensor, nn


class Bottleneck(nn.Module):
    """1x1, 3x3, 1x1 with batch norm each; the stride, where there is one, sits on the 3x3."""

    def __init__(
        self,
        channels: int,
        mid: int,
        *,
        stride: int = 1,
        padding: int = 1,
        dilation: int = 1,
        downsample: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, mid, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(mid)
        self.conv2 = nn.Conv2d(mid, mid, 3, stride, padding, dilation, bias=False)
        self.bn2 = nn.BatchNorm2d(mid)
        self.conv3 = nn.Conv2d(mid, 4 * mid, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * mid)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = downsample

    def forward(self, x: Tensor) -> Tensor:
        residual = x if self.downsample is None else self.downsample(x)
        out: Tensor = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.relu(self.bn3(self.conv3(out)) + residual)
        return out


class BgrInput(nn.Module):
    """RGB to the BGR that the published weights were trained on, [N, 3, S, S]."""

    def forward(self, x: Tensor) -> Tensor:
        return x.flip(1)


class ResNet50(nn.Module):
    """The backbone of the published models; input [N, 3, S, S] float32 RGB, 0..255, not normalised.

    Widths for S = 255 / 127 / 143 stand beside each line of forward.
    """

    channels = (64, 256, 512, 1024)  # of p0, p1, p2, p3

    def __init__(self) -> None:
        super().__init__()
        self.input: nn.Module = BgrInput()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=0, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = nn.Sequential(
            Bottleneck(64, 64, downsample=_projection(64, 256, 1, stride=1, padding=0)),
            *(Bottleneck(256, 64) for _ in range(2)),
        )
        self.layer2 = nn.Sequential(
            Bottleneck(256, 128, stride=2, padding=0, downsample=_projection(256, 512, 3, stride=2, padding=0)),
            *(Bottleneck(512, 128) for _ in range(3)),
        )
        self.layer3 = nn.Sequential(
            Bottleneck(512, 256, downsample=_projection(512, 1024, 3, stride=1, padding=1)),
            *(Bottleneck(1024, 256, padding=2, dilation=2) for _ in range(5)),
        )

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        p0 = self.relu(self.bn1(self.conv1(self.input(x))))  # [N, 64, 125 | 61 | 69]
        p1 = self.layer1(self.maxpool(p0))  # [N, 256, 63 | 31 | 35]
        p2 = self.layer2(p1)  # [N, 512, 31 | 15 | 17]
        p3 = self.layer3(p2)  # [N, 1024, 31 | 15 | 17]
        return p0, p1, p2, p3


class ResNetNeck(nn.Module):
    """p3 to the width of the heads; a template's border, which saw padding, is cut off."""

    def __init__(self, width: int = 256) -> None:
        super().__init__()
        self.downsample = nn.Sequential(nn.Conv2d(1024, width, 1, bias=False), nn.BatchNorm2d(width))

    def forward(self, features: tuple[Tensor, ...]) -> Tensor:
        x: Tensor = self.downsample(features[-1])
        if x.shape[-1] < 20:  # as SiamMask: 15 -> 7 for a template, 17 -> 9 for refine training's search
            x = x[..., 4:-4, 4:-4]
        return x


def _projection(channels: int, out: int, kernel: int, *, stride: int, padding: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(channels, out, kernel, stride, padding, bias=False), nn.BatchNorm2d(out))
