"""Pairs, labelled and stacked, in an order that follows from the step alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, SequentialSampler

from tracking.crop import SEARCH_SIDE
from tracking.training.augment import PairMaker
from tracking.training.labels import dense_labels, training_anchors


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """N pairs with their labels, dense over the response map."""

    template: Tensor  # uint8 [N, 127, 127, 3]
    search: Tensor  # uint8 [N, 255, 255, 3]
    mask: Tensor  # bool [N, 255, 255]
    cls: Tensor  # int64 [N, 5, 25, 25]
    delta: Tensor  # float32 [N, 4, 5, 25, 25]
    delta_weight: Tensor  # float32 [N, 5, 25, 25]
    position: Tensor  # int64 [N, 2]: row and column of one positive cell, drawn at random; -1 where there is none


class _Pairs(Dataset[tuple[Tensor, ...]]):
    def __init__(self, maker: PairMaker, first: int, count: int) -> None:
        self._maker, self._first, self._count = maker, first, count
        self._anchors = training_anchors(SEARCH_SIDE, 25)

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> tuple[Tensor, ...]:
        number = self._first + index
        pair = self._maker.pair(number)
        box = None
        if pair.present:
            x, y, width, height = cv2.boundingRect(pair.mask.astype(np.uint8))
            box = np.array([x, y, x + width, y + height], np.float64)
        labels = dense_labels(self._anchors, box)
        cells = np.argwhere((labels.cls == 1).any(axis=0))
        rng = np.random.default_rng((self._maker.seed, 7, number))
        cell = cells[rng.integers(len(cells))] if len(cells) else np.array([-1, -1])
        return (
            torch.from_numpy(pair.template),
            torch.from_numpy(pair.search),
            torch.from_numpy(pair.mask),
            torch.from_numpy(labels.cls),
            torch.from_numpy(labels.delta.astype(np.float32)),
            torch.from_numpy(labels.delta_weight.astype(np.float32)),
            torch.from_numpy(cell),
        )


def batches(maker: PairMaker, size: int, first_step: int, last_step: int, workers: int) -> Iterator[Batch]:
    """Batches of steps first_step .. last_step - 1; step s holds the pairs s * size .. s * size + size - 1."""
    pairs = _Pairs(maker, first_step * size, (last_step - first_step) * size)
    loader = DataLoader(
        pairs,
        batch_size=size,
        sampler=SequentialSampler(pairs),
        num_workers=workers,
        worker_init_fn=_one_thread,
        prefetch_factor=4 if workers else None,
        # a forked worker inherits cv2's and torch's locks without the threads that hold them, and may wait for ever
        multiprocessing_context="spawn" if workers else None,
    )
    for parts in loader:
        yield Batch(*parts)


def _one_thread(worker: int) -> None:
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
