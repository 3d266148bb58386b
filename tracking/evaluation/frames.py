"""A sequence is a folder of images; a wrong one is refused with a sentence that names it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from tracking.errors import BadInput

IMAGES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp"})


def image_files(folder: Path) -> list[Path]:
    """The images of a folder in the order of their names. Raises BadInput where there is none."""
    if not folder.is_dir():
        raise BadInput(f"there is no folder {folder}")
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in IMAGES)
    if not files:
        raise BadInput(f"there are no images in {folder}")
    return files


def read_frame(file: Path) -> NDArray[np.uint8]:
    """An image as [H, W, 3] uint8 RGB, as it is stored: no rotation by EXIF. Raises BadInput."""
    flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        image = cv2.imdecode(np.frombuffer(file.read_bytes(), np.uint8), flags)
    except (OSError, cv2.error) as fault:
        raise BadInput(f"{file} cannot be read: {fault}") from fault
    if image is None:
        raise BadInput(f"{file} is not an image")
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8)


def read_labels(file: Path) -> NDArray[np.uint8]:
    """An annotation's label of every pixel, [H, W] uint8: palette indices, or the grey value. Raises BadInput."""
    try:
        with Image.open(file) as image:
            labels = np.asarray(image if image.mode in ("P", "L") else image.convert("L"), np.uint8)
    except (UnidentifiedImageError, OSError) as fault:
        raise BadInput(f"{file} is not an annotation: {fault}") from fault
    return labels


def chosen_sequences(found: list[str], wanted: list[str] | None, root: Path) -> list[str]:
    """The wanted sequences in the wanted order, or all. Raises BadInput, naming those that are not there."""
    if wanted is None:
        if not found:
            raise BadInput(f"there are no sequences in {root}")
        return found
    missing = [name for name in wanted if name not in found]
    if missing or not wanted:
        have = ", ".join(found[:5]) + (" ..." if len(found) > 5 else "")
        raise BadInput(f"there is no sequence {', '.join(missing) or 'named'} in {root}; there are {have or 'none'}")
    return wanted
