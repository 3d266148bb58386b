"""A convolution, its bias and its activation in one pass over the pixels, on a CPU.

oneDNN computes all three while a tile of the result is in cache; torch's own conv2d leaves the activation to a second
pass. The calls are those that torch's compiler makes of such a pair; they have no public name, so `available` says
whether this torch has them, and without them the layers stay as they are.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from tracking.mobilenet import Convolution

# oneDNN's name of an activation and its numbers
_ACTIVATIONS: dict[type[nn.Module], tuple[str, list[float]]] = {
    nn.Identity: ("none", []),
    nn.ReLU: ("relu", []),
    nn.ReLU6: ("hardtanh", [0.0, 6.0]),
}


def available(dtype: torch.dtype) -> bool:
    """Whether this torch, on this processor, fuses convolutions of this dtype."""
    built_in: bool = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]  # as torch declares it
    if not built_in or not hasattr(torch.ops.mkldnn, "_convolution_pointwise"):
        return False
    if dtype is torch.bfloat16:
        return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
    return dtype is torch.float32


class FusedConvolution(nn.Module):
    """conv, then its activation: nn.ReLU, nn.ReLU6 or nn.Identity. Inference on a CPU only.

    Its weights are laid out as oneDNN wants them for maps of a size when it first meets that size.
    """

    def __init__(self, conv: nn.Conv2d, activation: nn.Module) -> None:
        super().__init__()
        assert not isinstance(conv.padding, str)
        self.weight, self.bias = conv.weight, conv.bias
        self._places = list(conv.padding), list(conv.stride), list(conv.dilation), conv.groups
        self._activation = _ACTIVATIONS[type(activation)]
        self._laid_out: dict[torch.Size, Tensor] = {}

    def forward(self, x: Tensor) -> Tensor:
        """[N, C, H, W] -> [N, K, H', W'], channels last in memory."""
        weight = self._laid_out.get(x.shape)
        if weight is None:
            weight = torch.ops.mkldnn._reorder_convolution_weight(self.weight, *self._places, list(x.shape))
            self._laid_out[x.shape] = weight
        name, numbers = self._activation
        out: Tensor = torch.ops.mkldnn._convolution_pointwise(x, weight, self.bias, *self._places, name, numbers, None)
        return out


def fuse(network: nn.Module) -> None:
    """Replace, in place, every convolution of a network by a FusedConvolution, with its activation where it has one.

    Its activation is what comes after it in a sequence, or in mobilenet.Convolution. What is left without work, an
    activation or a folded batch norm of a sequence, is taken out: each call costs, and there are a hundred a frame.
    """
    for parent in list(network.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, Convolution):
                setattr(parent, name, FusedConvolution(child.conv, child.activation))
            elif isinstance(child, nn.Conv2d):
                setattr(parent, name, FusedConvolution(child, _taken_after(parent, name)))


def _taken_after(parent: nn.Module, name: str) -> nn.Module:
    """The activation of a sequence's convolution, taken out of the sequence with the identities before it."""
    if not isinstance(parent, nn.Sequential):
        return nn.Identity()
    names = list(parent._modules)
    for later in names[names.index(name) + 1 :]:
        module = parent._modules[later]
        if type(module) not in _ACTIVATIONS:
            break
        assert module is not None
        delattr(parent, later)
        if not isinstance(module, nn.Identity):
            return module
    return nn.Identity()
