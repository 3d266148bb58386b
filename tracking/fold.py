"""Arithmetic that can be done once, on the weights, instead of in every frame on the pixels.

Each function returns a new convolution that gives the old ones' result up to float32 rounding; sums are made in
float64.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn


def fold_batch_norms(network: nn.Module) -> None:
    """Replace, in place, each convolution and the batch norm registered right after it by one convolution.

    In this package a batch norm always belongs to the convolution before it in its parent. Inference only: the norm's
    running statistics are what is folded.
    """
    for parent in network.modules():
        children = list(parent.named_children())
        for (name, conv), (norm_name, norm) in pairwise(children):
            if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                setattr(parent, name, folded(conv, norm))
                setattr(parent, norm_name, nn.Identity())


@torch.no_grad()
def folded(conv: nn.Conv2d, norm: nn.BatchNorm2d) -> nn.Conv2d:
    """norm(conv(x)) as one convolution."""
    mean, variance = norm.running_mean, norm.running_var
    assert mean is not None and variance is not None  # every norm here keeps statistics
    scale = norm.weight.double() / torch.sqrt(variance.double() + norm.eps)
    bias = norm.bias.double() + (_bias(conv) - mean.double()) * scale
    return with_weights(conv, conv.weight.double() * scale[:, None, None, None], bias)


@torch.no_grad()
def flipped(conv: nn.Conv2d) -> nn.Conv2d:
    """conv(x.flip(1)): the first convolution of a network that was trained on BGR, for RGB."""
    return with_weights(conv, conv.weight.double().flip(1), _bias(conv))


@torch.no_grad()
def ranged(conv: nn.Conv2d, scale: float, shift: float) -> nn.Conv2d:
    """conv(x * scale + shift). Exact only without padding, whose zeros would be shifted too."""
    assert conv.padding == (0, 0)
    weight = conv.weight.double()
    return with_weights(conv, weight * scale, _bias(conv) + shift * weight.sum(dim=(1, 2, 3)))


@torch.no_grad()
def merged(convs: Sequence[nn.Conv2d]) -> nn.Conv2d:
    """Convolutions of the same shape over one input as a single one, their outputs side by side in the channels."""
    weight = torch.cat([conv.weight.double() for conv in convs])
    return with_weights(convs[0], weight, torch.cat([_bias(conv) for conv in convs]))


def with_weights(conv: nn.Conv2d, weight: Tensor, bias: Tensor) -> nn.Conv2d:
    """A convolution of conv's stride, padding, dilation and dtype with other weights [K, C / groups, h, w]."""
    stride, padding, dilation = conv.stride, conv.padding, conv.dilation
    assert not isinstance(padding, str)
    kernel = (weight.shape[2], weight.shape[3])
    made = nn.Conv2d(
        conv.in_channels,
        weight.shape[0],
        kernel,
        (stride[0], stride[1]),
        (padding[0], padding[1]),
        (dilation[0], dilation[1]),
        conv.groups,
    )
    made.weight = nn.Parameter(weight.to(conv.weight), requires_grad=False)
    made.bias = nn.Parameter(bias.to(conv.weight), requires_grad=False)
    return made


def _bias(conv: nn.Conv2d) -> Tensor:
    """The bias in float64, zeros where there is none."""
    return torch.zeros(conv.out_channels, dtype=torch.float64) if conv.bias is None else conv.bias.double()
