"""A CPU's cores, given to objects and not to pieces of one convolution.

Torch cuts each convolution among its threads and waits for all of them at its end. The small network has sixty a frame
of a fifth of a millisecond: waking a second thread costs what it saves, and where another process holds its core all
wait for it (measured on two cores: one thread 30 ms a frame, two 35 ms, two on a busy machine up to 280 ms). Objects
need not wait for each other within a frame, so each is one core's work; a second core is left to the decoder otherwise.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch
from torch import Tensor

from tracking.siammask import Network, Response, Template

Result = TypeVar("Result")


def usable() -> int:
    """How many cores this process may use: those it is bound to, or fewer where OMP_NUM_THREADS says so."""
    bound = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(bound, torch.get_num_threads()))


class SideBySide:
    """A network on a CPU that works on each object of a batch on a core of its own.

    large: its convolutions are long enough to share. Then one object alone gets all of torch's threads; of a small
    network it gets one. An object's result does not depend on what else is in the batch, but for that.
    """

    def __init__(self, network: Network, cores: int, *, large: bool) -> None:
        self.network = network
        self.mask_side = network.mask_side
        self._large = large
        self._pool = ThreadPoolExecutor(cores, "core", initializer=torch.set_num_threads, initargs=(1,))

    def encode_template(self, z: Tensor) -> Template:
        """As SiamMask.encode_template."""
        parts = self._each(len(z), lambda n: self.network.encode_template(z[n : n + 1]))
        return Template(*(torch.cat(maps) for maps in zip(*((p.cls, p.loc, p.mask) for p in parts), strict=True)))

    def search(self, template: Template, x: Tensor) -> Response:
        """As SiamMask.search."""

        def one(n: int) -> Response:
            own = slice(n, n + 1)
            return self.network.search(Template(template.cls[own], template.loc[own], template.mask[own]), x[own])

        parts = self._each(len(x), one)
        if len(parts) == 1:
            return parts[0]
        return Response(
            cls=torch.cat([part.cls for part in parts]),
            loc=torch.cat([part.loc for part in parts]),
            correlation=torch.cat([part.correlation for part in parts]),
            features=tuple(torch.cat(maps) for maps in zip(*(part.features for part in parts), strict=True)),
        )

    def mask_logits(self, response: Response, rows: Tensor, columns: Tensor, batch: Tensor | None = None) -> Tensor:
        """As SiamMask.mask_logits."""
        regions = range(len(rows)) if batch is None else [int(n) for n in batch]

        def one(n: int) -> Tensor:
            own = slice(regions[n], regions[n] + 1)
            maps = tuple(map_[own] for map_ in response.features)
            alone = Response(response.cls[own], response.loc[own], response.correlation[own], maps)
            return self.network.mask_logits(alone, rows[n : n + 1], columns[n : n + 1])

        return torch.cat(self._each(len(rows), one))

    def _each(self, count: int, work: Callable[[int], Result]) -> list[Result]:
        """Work's results for 0 to count - 1, each computed on one core."""
        if count == 1 and self._large:
            return [work(0)]

        def on_a_core(index: int) -> Result:
            with torch.inference_mode():  # each thread has its own
                return work(index)

        return list(self._pool.map(on_a_core, range(count)))
