"""How a network is made fast for inference: the same results up to rounding, in half the time or less.

    network = optimise(network)      # a tracking.tracker.Network

What is done once on the weights instead of in every frame: batch norms and the input's BGR flip or range are folded
into convolutions; the three branches' convolutions of one input become one; on a CPU in float32 large 3x3
convolutions become Winograd's, and the others take their activation with them (fused.py). What is not done at all: the
coarse mask head where masks are refined. Everything is laid out channels last.

Results depend on weights, input, batch size and the number of threads only, so equal runs give equal bits.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tracking import fused
from tracking.branch import cross_correlation
from tracking.fold import flipped, fold_batch_norms, merged, ranged
from tracking.mobilenet import Convolution, MobileNetV2Trunk, RangedInput
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
    fast = FastSiamMask(copy.deepcopy(network).cpu().float().eval(), winograd=winograd)
    fast.eval().requires_grad_(False).to(weight.device, weight.dtype)
    fast.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # missing in torch's own stubs
    if weight.device.type == "cpu" and fused.available(weight.dtype):
        fused.fuse(fast)
    return fast


class FastSiamMask(nn.Module):
    """SiamMask for inference: the same three calls, without gradients; see optimise."""

    def __init__(self, network: SiamMask, *, winograd: bool) -> None:
        super().__init__()
        fold_batch_norms(network)
        _add_in_place(network.backbone)
        self._fold_input(network.backbone)
        self.backbone = network.backbone
        self.neck = network.neck
        branches = (network.rpn.cls, network.rpn.loc, network.mask)
        self.kernel = _merged_embedding([branch.conv_kernel for branch in branches])
        self.embedding = _merged_embedding([branch.conv_search for branch in branches])
        self.cls_head, self.loc_head, self.mask_head = (branch.head for branch in branches)
        self.refine = network.refine
        self.mask_side = network.mask_side
        if winograd:
            _use_winograd(self)

    @staticmethod
    def _fold_input(backbone: nn.Module) -> None:
        if isinstance(backbone, ResNet50):
            backbone.conv1 = flipped(backbone.conv1)
        elif isinstance(backbone, MobileNetV2Trunk):
            first = backbone.features[0]
            assert isinstance(first, Convolution)
            first.conv = ranged(first.conv, RangedInput.scale, RangedInput.shift)
        else:
            return
        backbone.input = nn.Identity()

    def encode_template(self, z: Tensor) -> Template:
        """As SiamMask.encode_template."""
        return Template(*self.kernel(self.neck(self.backbone(z))).chunk(3, dim=1))

    def search(self, template: Template, x: Tensor) -> Response:
        """As SiamMask.search."""
        maps = self.backbone(x)
        kernels = torch.cat([template.cls, template.loc, template.mask], dim=1)
        cls, loc, mask = cross_correlation(self.embedding(self.neck(maps)), kernels).chunk(3, dim=1)
        return Response(cls=self.cls_head(cls), loc=self.loc_head(loc), correlation=mask, features=maps)

    def mask_logits(self, response: Response, rows: Tensor, columns: Tensor, batch: Tensor | None = None) -> Tensor:
        """As SiamMask.mask_logits."""
        if batch is None:
            batch = torch.arange(rows.shape[0], device=rows.device)
        if self.refine is not None:
            refined: Tensor = self.refine(response.correlation, response.features, batch, rows, columns)
            return refined
        vector = response.correlation[batch, :, rows, columns]
        coarse: Tensor = self.mask_head(vector[:, :, None, None])
        return coarse.view(-1, self.mask_side, self.mask_side)


class AddingBottleneck(nn.Module):
    """A folded Bottleneck whose last convolution adds itself to the residual within its matrix product.

    Overwrites its input where that is the residual: nobody else reads it, the maps that are kept being inputs of
    blocks with a projection.
    """

    def __init__(self, block: Bottleneck) -> None:
        super().__init__()
        self.conv1, self.conv2, self.downsample = block.conv1, block.conv2, block.downsample
        last = block.conv3
        assert last.bias is not None
        self.weight = nn.Buffer(last.weight.detach()[:, :, 0, 0].t().contiguous())  # [C, K]
        self.bias = nn.Buffer(last.bias.detach().clone())

    def forward(self, x: Tensor) -> Tensor:
        total = x if self.downsample is None else self.downsample(x)
        total = total.contiguous(memory_format=torch.channels_last)
        inner = F.relu(self.conv2(F.relu(self.conv1(x), inplace=True)), inplace=True)
        rows = total.permute(0, 2, 3, 1).view(-1, total.shape[1])  # [N * H * W, K], the same memory
        rows.add_(self.bias).addmm_(inner.permute(0, 2, 3, 1).reshape(-1, inner.shape[1]), self.weight)
        return total.relu_()


def _add_in_place(backbone: nn.Module) -> None:
    for parent in list(backbone.modules()):
        for name, block in list(parent.named_children()):
            if isinstance(block, Bottleneck):
                setattr(parent, name, AddingBottleneck(block))


def _merged_embedding(embeddings: Sequence[nn.Sequential]) -> nn.Sequential:
    convs = [embedding[0] for embedding in embeddings]
    assert all(isinstance(conv, nn.Conv2d) for conv in convs)
    return nn.Sequential(merged([conv for conv in convs if isinstance(conv, nn.Conv2d)]), nn.ReLU(inplace=True))


def _use_winograd(network: nn.Module) -> None:
    for parent in list(network.modules()):
        for name, conv in list(parent.named_children()):
            if isinstance(conv, nn.Conv2d) and pays(conv):
                setattr(parent, name, Winograd(conv))
