"""How fast this machine runs the networks, as ratios to the way the original runs its own, measured in one go.

The variants take turns within each round, so that a machine that slows down slows them all; a figure is the median of
its rounds. What is timed is one search and one mask an object: everything between the crop and the paste.
"""

from __future__ import annotations

import copy
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tracking.compile import optimise
from tracking.cores import SideBySide
from tracking.resnet import ResNet50
from tracking.siammask import Network, Response, SiamMask, Template

ROUNDS = 7
WARM_UP = 2
POSITION = 12  # the middle of the 25 x 25 response


@dataclass(frozen=True, slots=True)
class Measurement:
    """One variant at one batch size and one number of threads."""

    network: str
    variant: str
    precision: str
    threads: int
    objects: int
    ms: float  # median milliseconds a step of all objects
    ratio: float  # how many times as fast as the original's execution of `against`, same threads and objects
    against: str
    mask_iou: float  # with this network in float32 as the original runs it; mean over objects
    box_px: float  # largest difference of a centre or size in crop pixels, same comparison

    def to_json(self) -> dict[str, object]:
        """The fields as they are."""
        return asdict(self)


class OriginalExecution:
    """The network as SiamMask's own code runs it in each frame (tools/test.py, models/siammask_sharp.py).

    float32, NCHW, batch norms unfolded; the template's features are kept, but each branch filters them anew; the coarse
    63 x 63 head is computed at all 625 positions, though a refined mask is made from one.
    """

    def __init__(self, network: SiamMask) -> None:
        self._network = network
        self._features: Tensor | None = None

    def encode_template(self, z: Tensor) -> None:
        """z: [N, 3, 127, 127]."""
        self._features = self._network.neck(self._network.backbone(z))

    def step(self, x: Tensor, rows: Tensor, columns: Tensor) -> tuple[Response, Tensor]:
        """x: [N, 3, 255, 255]. Returns the response and the mask logits at rows, columns."""
        network, z = self._network, self._features
        assert z is not None  # encode_template comes first
        template = Template(network.rpn.cls.kernel(z), network.rpn.loc.kernel(z), network.mask.kernel(z))
        response = network.search(template, x)
        if network.refine is not None:
            network.mask.head(response.correlation)
        return response, network.mask_logits(response, rows, columns)


Step = Callable[[], tuple[Response, Tensor]]


def measure(
    networks: Sequence[tuple[str, SiamMask]],
    *,
    reference: tuple[str, SiamMask],
    threads: Iterable[int],
    objects: Iterable[int] = (1, 2, 4, 8),
    precisions: Sequence[str] = ("fp32", "bf16"),
    device: torch.device | None = None,
    rounds: int = ROUNDS,
) -> Iterable[list[Measurement]]:
    """Measure each network as the original would run it and as we do, against the reference as the original runs it.

    Yields the rows of one number of threads and one batch size at a time. Puts the number of threads back at the end.
    """
    device = device or torch.device("cpu")
    before = torch.get_num_threads()
    try:
        for count in threads:
            torch.set_num_threads(count)
            for batch in objects:
                yield _measure(networks, reference, count, batch, precisions, device, rounds)
    finally:
        torch.set_num_threads(before)


@torch.inference_mode()
def _measure(
    networks: Sequence[tuple[str, SiamMask]],
    reference: tuple[str, SiamMask],
    threads: int,
    objects: int,
    precisions: Sequence[str],
    device: torch.device,
    rounds: int,
) -> list[Measurement]:
    steps: dict[tuple[str, str, str], Step] = {}
    for name, network in (reference, *networks):
        steps[name, "original", "fp32"] = _original_step(network.to(device), objects, device)
    for name, network in networks:
        for precision in precisions:
            dtype = torch.bfloat16 if precision == "bf16" else torch.float32
            lowered = copy.deepcopy(network).to(device, dtype)  # rounding to bf16 cannot be taken back
            steps[name, "ours", precision] = _our_step(lowered, threads, objects, device, dtype)
    seconds: dict[tuple[str, str, str], list[float]] = {key: [] for key in steps}
    found = {key: step() for key, step in steps.items()}
    for turn in range(WARM_UP + rounds):
        for key, step in steps.items():
            began = time.perf_counter()
            step()
            if device.type == "cuda":
                torch.cuda.synchronize(device)
            if turn >= WARM_UP:
                seconds[key].append(time.perf_counter() - began)
    median = {key: statistics.median(values) for key, values in seconds.items()}
    base = median[reference[0], "original", "fp32"]
    rows = []
    for (name, variant, precision), value in median.items():
        iou, box = agreement(found[name, "original", "fp32"], found[name, variant, precision])
        rows.append(
            Measurement(name, variant, precision, threads, objects, 1000 * value, base / value, reference[0], iou, box)
        )
    return rows


def agreement(one: tuple[Response, Tensor], other: tuple[Response, Tensor]) -> tuple[float, float]:
    """Mean IoU of the masks and the largest difference of a box's numbers, crop pixels.

    Masks are cut at the first's own median, so that they are half full whatever the weights.
    """
    cut = one[1].float().flatten(1).median(dim=1).values[:, None, None]
    a, b = one[1].float() > cut, other[1].float() > cut
    iou = (a & b).flatten(1).sum(1) / (a | b).flatten(1).sum(1).clamp(min=1)
    offset = (one[0].loc.float() - other[0].loc.float())[:, :, POSITION, POSITION]  # shares of an anchor of 64 px
    return float(iou.mean()), float(offset.abs().max() * 64)


def scene(objects: int, seed: int = 3) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Drawn templates [N, 127, 127, 3] and search regions [N, 255, 255, 3], uint8 RGB: a patterned disc each."""
    rng = np.random.default_rng(seed)
    templates, regions = [], []
    for _ in range(objects):
        ground = cv2.resize(rng.integers(0, 255, (32, 32, 3)).astype(np.uint8), (255, 255))
        pattern = cv2.resize(rng.integers(0, 255, (48, 48, 3)).astype(np.uint8), (255, 255))
        disc = np.zeros((255, 255, 1), np.uint8)
        cv2.ellipse(disc, (127, 127), (38, 26), float(rng.uniform(0, 180)), 0, 360, 1, -1)
        region = np.where(disc == 1, pattern, ground)
        regions.append(region)
        templates.append(region[64:191, 64:191])
    return np.stack(templates), np.stack(regions)


def _original_step(network: SiamMask, objects: int, device: torch.device) -> Step:
    z, x = (torch.from_numpy(crops).to(device).permute(0, 3, 1, 2).float().contiguous() for crops in scene(objects))
    place = torch.full((objects,), POSITION, device=device)
    # weights in NCHW, whatever layout the network came in
    network.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]  # missing in torch's own stubs
    runner = OriginalExecution(network)
    runner.encode_template(z)
    return lambda: runner.step(x, place, place)


def _our_step(network: SiamMask, threads: int, objects: int, device: torch.device, dtype: torch.dtype) -> Step:
    z, x = (torch.from_numpy(crops).to(device).permute(0, 3, 1, 2).to(dtype) for crops in scene(objects))
    place = torch.full((objects,), POSITION, device=device)
    fast: Network = optimise(network)
    if device.type == "cpu":
        fast = SideBySide(fast, threads, large=isinstance(network.backbone, ResNet50))
    template = fast.encode_template(z)

    def step() -> tuple[Response, Tensor]:
        response = fast.search(template, x)
        return response, fast.mask_logits(response, place, place)

    return step
