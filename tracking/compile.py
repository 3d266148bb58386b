"""How a network is made fast for inference: the same results up to rounding, in half the time or less.

    network = optimise(network)      # a tracking.tracker.Network

What is done once on the weights instead of in every frame: batch norms and the input's BGR flip or range are folded
into convolutions; the three branches' convolutions of one input become one; on a CPU in float32 large 3x3
convolutions become Winograd's. What is not done at all: the coarse mask head where masks are refined. Everything is
laid out channels last.

Results depend on weights, input, batch size and the number of threads only, so equal runs give equal bits.
"""

from __future__ import annotations

import copy
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tracking.branch import Branch, cross_correlation
from tracking.fold import flipped, fold_batch_norms, merged, ranged
from tracking.mobilenet import MobileNetV2Trunk
from tracking.refine import Refine
from tracking.resnet import Bottleneck, ResNet50
from tracking.siammask import Response, SiamMask, Template
from tracking.winograd import Winograd, pays


def optimise(network: SiamMask, *, winograd: bool | None = None) -> FastSiamMask:
    """A faster equal of the network, on its device and in its dtype; the network itself is left as it is.

    winograd: None chooses it on a CPU in float32, where no library does it for us.
    """
    weight = next(network.parameters())
    if winograd is None:
        winograd = weight.device.type == "cpu" and weight.dtype is torch.float32
    fast = FastSiamMask(copy.deepcopy(network).cpu().float().eval(), winograd)
    return fast.eval().requires_grad_(False).to(weight.device, weight.dtype, memory_format=torch.channels_last)
