"""Depthwise cross-correlation of a search region with a template: the trunk of every head.

SiamMask paper section 3.1 (SiamRPN++'s depthwise variant): each channel of the search features is filtered by the same
channel of the template's, so that the response has as many channels as the features.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class Branch(nn.Module):
    """One of the three: its own embedding of template and search, their correlation, a head of 1x1 convolutions.

    Without `out` there is no head: the correlation itself is what is used.
    """

    def __init__(self, width: int, out: int | None) -> None:
        super().__init__()
        self.conv_kernel = _embedding(width)
        self.conv_search = _embedding(width)
        self.head = nn.Identity() if out is None else _head(width, out)

    def kernel(self, template: Tensor) -> Tensor:
        """[N, C, 7, 7] -> [N, C, 5, 5]: what a track keeps of its template."""
        out: Tensor = self.conv_kernel(template)
        return out

    def correlate(self, kernel: Tensor, search: Tensor) -> Tensor:
        """[N, C, 5, 5], [N, C, 31, 31] -> [N, C, 25, 25]."""
        return cross_correlation(self.conv_search(search), kernel)

    def forward(self, kernel: Tensor, search: Tensor) -> Tensor:
        out: Tensor = self.head(self.correlate(kernel, search))
        return out


def cross_correlation(search: Tensor, kernel: Tensor) -> Tensor:
    """Filter each channel of search [N, C, H, W] by the same channel of kernel [N, C, h, w]; valid, not flipped.

    Returns [N, C, H - h + 1, W - w + 1].
    """
    count, channels = kernel.shape[:2]
    out = F.conv2d(
        search.reshape(1, count * channels, *search.shape[2:]),
        kernel.reshape(count * channels, 1, *kernel.shape[2:]),
        groups=count * channels,
    )
    return out.reshape(count, channels, *out.shape[2:])


def _head(width: int, out: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(width, width, 1, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(inplace=True),
        nn.Conv2d(width, out, 1),
    )


def _embedding(width: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(width, width, 3, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True))
