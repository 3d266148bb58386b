"""Winograd's convolution F(4x4, 3x3) in plain torch: 36 multiplications where 144 would do the same.

Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016. An output tile of 4 x 4 comes from an input
tile of 6 x 6:  A' ((G g G') * (B' d B)) A. Summed over the input channels the product in the middle is, for each of
the 36 places of a tile, one matrix product [tiles, C] x [C, K], where nearly all of the time goes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from numpy.polynomial import polynomial
from numpy.typing import NDArray
from torch import Tensor, nn

TILE = 4  # output pixels a side
TAPS = 3
WINDOW = TILE + TAPS - 1  # input pixels a side
# Where the polynomials are evaluated, beside infinity. 1/2 and -2 instead of the textbook's 2 and -2: a third of the
# error in float32 (2.5e-6 of the largest output, direct convolution 1.4e-6), at no cost.
POINTS = (0.0, 1.0, -1.0, 0.5, -2.0)
# Below 128 channels the transforms cost what the product saves (measured, AVX2: 64 channels 0.97, 128 1.4, 256 1.7 to
# 2.0, 512 to 1024 2.2 times as fast as direct convolution).
MIN_CHANNELS = 128


def pays(conv: nn.Conv2d) -> bool:
    """Whether a Winograd of this convolution exists and is faster on a CPU."""
    square = conv.kernel_size == (TAPS, TAPS) and conv.stride == (1, 1) and conv.groups == 1
    return square and min(conv.in_channels, conv.out_channels) >= MIN_CHANNELS


class Winograd(nn.Module):
    """A 3x3 convolution of stride 1 with bias, zero-padded and dilated as the one it is made from; float32."""

    def __init__(self, conv: nn.Conv2d) -> None:
        super().__init__()
        assert conv.kernel_size == (TAPS, TAPS) and conv.stride == (1, 1) and conv.groups == 1
        assert not isinstance(conv.padding, str) and conv.bias is not None
        self.padding, self.dilation = conv.padding[0], conv.dilation[0]
        out, taps, back = (torch.from_numpy(matrix) for matrix in transforms(POINTS))
        weight = conv.weight.detach().double()
        kernel = taps @ weight @ taps.T  # [K, C, 6, 6]
        self.kernel = nn.Buffer(kernel.permute(2, 3, 1, 0).flatten(0, 1).float().contiguous())  # [36, C, K]
        self.into = nn.Buffer(torch.kron(back, back).float())  # [36, 36]: B' d B of a flattened tile
        self.back = nn.Buffer(torch.kron(out, out).float())  # [16, 36]: A' m A
        self.bias = nn.Buffer(conv.bias.detach().clone()[:, None, None])  # [K, 1, 1]

    def forward(self, x: Tensor) -> Tensor:
        """[N, C, H, W] -> [N, K, H', W'], channels last in memory."""
        count, channels, height, width = x.shape
        step, lost = TILE * self.dilation, (TAPS - 1) * self.dilation
        out_height, out_width = (side + 2 * self.padding - lost for side in (height, width))
        rows, columns = -(-out_height // step), -(-out_width // step)
        right = columns * step + lost - width - self.padding
        bottom = rows * step + lost - height - self.padding
        x = F.pad(x.permute(0, 2, 3, 1), (0, 0, self.padding, right, self.padding, bottom))  # [N, Hp, Wp, C]
        # a dilated convolution is an undilated one on each of its d x d phases
        across = (-1, x.shape[1] // self.dilation, self.dilation, x.shape[2] // self.dilation, self.dilation, channels)
        x = x.view(across)  # [N, Hp/d, d, Wp/d, d, C]
        x = x.unfold(1, WINDOW, TILE).unfold(3, WINDOW, TILE)  # [N, rows, d, columns, d, C, 6, 6]
        tiles = x.permute(6, 7, 0, 1, 2, 3, 4, 5).reshape(WINDOW * WINDOW, -1)  # [36, T * C]
        tiles = torch.mm(self.into, tiles).view(WINDOW * WINDOW, -1, channels)  # [36, T, C]
        product = torch.bmm(tiles, self.kernel)  # [36, T, K]
        out = torch.mm(self.back, product.view(WINDOW * WINDOW, -1))  # [16, T * K]
        out = out.view(TILE, TILE, count, rows, self.dilation, columns, self.dilation, -1)
        out = out.permute(2, 3, 0, 4, 5, 1, 6, 7).reshape(count, rows * step, columns * step, -1)  # [N, H', W', K]
        return out[:, :out_height, :out_width].permute(0, 3, 1, 2) + self.bias


def transforms(
    points: Sequence[float], tile: int = TILE, taps: int = TAPS
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """The matrices A' [tile, n], G [n, taps] and B' [n, n] of Toom and Cook for n - 1 points and infinity.

    For every d [n] and g [taps]: A' ((G g) * (B' d)) is the correlation of d with g.
    """
    size = tile + taps - 1
    out, kernel, back = np.zeros((tile, size)), np.zeros((size, taps)), np.zeros((size, size))
    for index, point in enumerate(points):
        others = [other for other in points if other != point]
        out[:, index] = point ** np.arange(tile)
        kernel[index] = point ** np.arange(taps) / np.prod([point - other for other in others])
        back[index, : size - 1] = polynomial.polyfromroots(others)
    out[-1, -1] = kernel[-1, -1] = 1.0
    back[-1] = polynomial.polyfromroots(points)
    return out, kernel, back
