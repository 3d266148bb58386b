"""Pictures of what a network is taught and what it answers: look before you believe a number."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from tracking.siammask import SiamMask
from tracking.training.augment import PairMaker
from tracking.training.batches import batches

_TINT = np.array([80, 255, 80], np.float32)  # RGB


def pair_sheet(maker: PairMaker, path: Path, first: int = 0, rows: int = 6, columns: int = 5) -> None:
    """Write a picture of rows x columns pairs: template, search region with its mask tinted."""
    tiles = []
    for number in range(first, first + rows * columns):
        pair = maker.pair(number)
        search = _tinted(pair.search, pair.mask)
        if not pair.present:
            search = search // 2
        tiles.append(_beside(pair.template, search))
    _write(tiles, columns, path)


@torch.inference_mode()
def prediction_sheet(network: SiamMask, maker: PairMaker, path: Path, rows: int = 6, columns: int = 5) -> None:
    """The same with the network's own mask at its best cell."""
    tiles = []
    count = rows * columns
    device = next(network.parameters()).device
    for batch in batches(maker, count, 0, 1, workers=0):
        z, x = (crops.to(device).permute(0, 3, 1, 2).float() for crops in (batch.template, batch.search))
        response = network.search(network.encode_template(z), x)
        side = response.cls.shape[-1]
        both = response.cls.reshape(count, 2, -1)
        cell = (both[:, 1] - both[:, 0]).argmax(dim=1) % (side * side)
        logits = network.mask_logits(response, cell // side, cell % side).cpu()
        for index in range(count):
            top, left = int(cell[index] // side) * 8, int(cell[index] % side) * 8
            padded = np.zeros((255 + 64, 255 + 64), bool)
            padded[top : top + 127, left : left + 127] = (logits[index] > 0).numpy()
            mask = padded[32:-32, 32:-32]
            tiles.append(_beside(batch.template[index].numpy(), _tinted(batch.search[index].numpy(), mask)))
    _write(tiles, columns, path)


def _tinted(pixels: NDArray[np.uint8], mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    out = pixels.astype(np.float32)
    out[mask] = 0.5 * out[mask] + 0.5 * _TINT
    return out.astype(np.uint8)


def _beside(template: NDArray[np.uint8], search: NDArray[np.uint8]) -> NDArray[np.uint8]:
    tile = np.zeros((257, 127 + 255 + 6, 3), np.uint8)
    tile[:127, :127] = template
    tile[:255, 129 : 129 + 255] = search
    return tile


def _write(tiles: list[NDArray[np.uint8]], columns: int, path: Path) -> None:
    rows = [np.hstack(tiles[start : start + columns]) for start in range(0, len(tiles), columns)]
    cv2.imwrite(str(path), np.vstack(rows)[..., ::-1])
