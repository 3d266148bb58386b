"""Pictures to learn from, drawn: red discs on noise."""

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import cv2
import numpy as np

from tracking.training.cache import Cache, LabelledPicture, write_cache


def disc(number: int) -> LabelledPicture:
    """A red disc with a dark dot, somewhere on a grey noise."""
    rng = np.random.default_rng(number)
    pixels = rng.integers(90, 160, (240, 320, 3)).astype(np.uint8)
    labels = np.zeros((240, 320), np.uint8)
    cv2.circle(labels, (int(rng.integers(90, 230)), int(rng.integers(80, 160))), 30, 1, -1)
    pixels[labels == 1] = (255, 0, 0)
    return LabelledPicture(f"p{number}", "drawn", pixels, labels)


@cache
def drawn() -> Cache:
    """Twelve of them, some held out."""
    return write_cache((disc(number) for number in range(12)), Path(mkdtemp()), held_out_share=0.3)
