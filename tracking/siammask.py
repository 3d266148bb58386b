"""SiamMask (Wang et al., CVPR 2019): where is the template in this search region, and which pixels are it?

    template = network.encode_template(z)                # once an object
    response = network.search(template, x)               # every frame
    logits = network.mask_logits(response, rows, columns)

The network holds no object and no frame; all state over time is in tracker.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn

from tracking import anchors
from tracking.branch import Branch
from tracking.crop import TEMPLATE_SIDE
from tracking.mobilenet import MobileNetNeck, MobileNetV2Trunk
from tracking.refine import Refine, SmallRefine
from tracking.resnet import ResNet50, ResNetNeck

COARSE_SIDE = 63  # of the mask the head itself predicts, before any refinement


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """What a search needs of N templates; each [N, C, 5, 5]."""

    cls: Tensor
    loc: Tensor
    mask: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """What a search of N regions found; R is 25 for regions of 255 px."""

    cls: Tensor  # [N, 10, R, R] logits, channel = class * 5 + anchor; class 1 is the target
    loc: Tensor  # [N, 20, R, R], channel = coordinate * 5 + anchor; dx, dy, dw, dh
    correlation: Tensor  # [N, C, R, R], the mask branch before its head
    features: tuple[Tensor, ...]  # the backbone's maps of stride 2, 4, 8, ...: [N, c, h, w]


class Network(Protocol):
    """What a tracker asks of a network; SiamMask itself, or a faster equal of it."""

    @property
    def mask_side(self) -> int: ...
    def encode_template(self, z: Tensor) -> Template: ...
    def search(self, template: Template, x: Tensor) -> Response: ...
    def mask_logits(self, response: Response, rows: Tensor, columns: Tensor, batch: Tensor | None = None) -> Tensor: ...


class Rpn(nn.Module):
    """The two branches of the region proposal network: which anchor, and how far off it is."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.cls = Branch(width, 2 * anchors.COUNT)
        self.loc = Branch(width, 4 * anchors.COUNT)


class SiamMask(nn.Module):
    """A backbone, a neck, three branches and, for masks of 127 px, a refine module.

    Regions come as float32 [N, 3, S, S], RGB, 0..255. Without a refine module masks are the coarse head's 63 px;
    coarse=False leaves that head out, where the refine module alone makes masks, in training too.
    """

    def __init__(
        self, backbone: nn.Module, neck: nn.Module, width: int, refine: nn.Module | None, *, coarse: bool = True
    ) -> None:
        super().__init__()
        self.backbone = backbone
        self.neck = neck
        self.rpn = Rpn(width)
        self.mask = Branch(width, COARSE_SIDE * COARSE_SIDE if coarse else None)
        self.refine = refine

    def encode_template(self, z: Tensor) -> Template:
        """z: [N, 3, 127, 127]."""
        features = self.neck(self.backbone(z))  # [N, C, 7, 7]
        return Template(self.rpn.cls.kernel(features), self.rpn.loc.kernel(features), self.mask.kernel(features))

    def search(self, template: Template, x: Tensor) -> Response:
        """x: [N, 3, 255, 255], region n to be searched for template n."""
        maps = self.backbone(x)
        features = self.neck(maps)  # [N, C, 31, 31]
        return Response(
            cls=self.rpn.cls(template.cls, features),
            loc=self.rpn.loc(template.loc, features),
            correlation=self.mask.correlate(template.mask, features),
            features=maps,
        )

    def mask_logits(self, response: Response, rows: Tensor, columns: Tensor, batch: Tensor | None = None) -> Tensor:
        """Masks at P positions of the response map.

        rows, columns: int64 [P]. batch: int64 [P], the region each position belongs to; without it position n is of
        region n. Returns logits [P, 127, 127], or [P, 63, 63] without a refine module.
        """
        if batch is None:
            batch = torch.arange(rows.shape[0], device=rows.device)
        if self.refine is not None:
            refined: Tensor = self.refine(response.correlation, response.features, batch, rows, columns)
            return refined
        vector = response.correlation[batch, :, rows, columns]  # [P, C]; the head is 1x1, so one position costs one
        coarse: Tensor = self.mask.head(vector[:, :, None, None])  # [P, 3969, 1, 1]
        return coarse.view(-1, COARSE_SIDE, COARSE_SIDE)

    @property
    def mask_side(self) -> int:
        """The side of mask_logits: 127 or 63."""
        return COARSE_SIDE if self.refine is None else TEMPLATE_SIDE


def siammask_sharp() -> SiamMask:
    """The published model with refined masks: 21,482,052 parameters, 356 keys."""
    return SiamMask(ResNet50(), ResNetNeck(256), 256, Refine())


def siammask_base() -> SiamMask:
    """The published model of the first training stage, coarse masks: 18,816,735 parameters, 324 keys."""
    return SiamMask(ResNet50(), ResNetNeck(256), 256, None)


def siammask_small(width: int = 128) -> SiamMask:
    """The default network: MobileNetV2's trunk, the same heads at half the width, a finer refine module."""
    refine = SmallRefine(width, MobileNetV2Trunk.channels)
    return SiamMask(MobileNetV2Trunk(), MobileNetNeck(width), width, refine, coarse=False)


ARCHITECTURES: dict[str, Callable[[], SiamMask]] = {
    "siammask-sharp": siammask_sharp,
    "siammask-base": siammask_base,
    "siammask-small": siammask_small,
}
