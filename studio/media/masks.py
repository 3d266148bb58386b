"""Label maps as DAVIS stores them: palette PNGs whose pixel values are object numbers."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.media.errors import CannotWrite
from studio.media.png import label_png

MAX_LABEL = 255


def label_colors() -> NDArray[np.uint8]:
    """[256, 3] uint8 RGB, the colour map of PASCAL VOC and DAVIS.

    Bits 0, 1, 2 of a label go to the top bits of red, green and blue, its bits 3, 4, 5 to the next ones, and so on:
    label 1 is (128, 0, 0), 2 is (0, 128, 0), 3 is (128, 128, 0).
    """
    labels = np.arange(256)
    channels = [
        sum(((labels >> (3 * place + channel)) & 1) << (7 - place) for place in range(3)) for channel in range(3)
    ]
    return np.stack(channels, axis=1).astype(np.uint8)


def palette_png(
    labels: NDArray[np.uint8], *, at: tuple[int, int] = (0, 0), size: tuple[int, int] | None = None
) -> bytes:
    """A palette PNG of labels [h, w] uint8, 0 is no object; at x, y of a picture of this height and width, as told."""
    return label_png(labels, _palette(), at=at, size=size)


@lru_cache(maxsize=1)
def _palette() -> bytes:
    return label_colors().tobytes()


def write_palette_png(path: Path, labels: NDArray[np.uint8]) -> None:
    """Write labels [H, W] uint8, 0 is no object. Raises CannotWrite."""
    try:
        path.write_bytes(palette_png(labels))
    except OSError as fault:
        raise CannotWrite(f"{path} cannot be written: {fault.strerror or fault}") from fault
