"""Objects cut out of labelled photos, to make clips of: images/NAME.* beside masks/NAME.png, 0 ground, 1..N objects."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from tracking.errors import BadInput
from tracking.evaluation.frames import image_files, read_frame, read_labels
from tracking.evaluation.vanishing import HEIGHT, WIDTH, Cast, Casts, Picture, Sprite

_MIN_SIDE = 60  # px; smaller cut-outs are a blur when they are laid on a frame
_SHARES = (0.03, 0.5)  # of the photo; more is its ground
_TRIES = 400


def photo_casts(root: Path) -> Casts:
    """Casts drawn by chance: an object, another of its set of photos that could be taken for it, photos as grounds.

    Raises BadInput where root is not such a folder, or has no object that can be cut out whole.
    """
    photos = image_files(root / "images")
    labels = {file.stem: file for file in image_files(root / "masks")}
    labelled = [photo for photo in photos if photo.stem in labels]
    if not labelled:
        raise BadInput(f"none of the {len(photos)} photos in {root / 'images'} has a mask in {root / 'masks'}")

    def cast(random: np.random.Generator) -> Cast:
        thing, set_name = _object(random, labelled, labels)
        alike, _ = _object(random, [photo for photo in labelled if _set_of(photo) == set_name], labels)
        grounds = [_ground(random, photos) for _ in range(3)]
        return Cast(thing, alike, grounds[2], (grounds[0], grounds[1]))

    return cast


def _object(random: np.random.Generator, photos: list[Path], labels: dict[str, Path]) -> tuple[Sprite, str]:
    for _ in range(_TRIES):
        photo = photos[int(random.integers(len(photos)))]
        regions = read_labels(labels[photo.stem])
        number = int(random.integers(1, int(regions.max()) + 1)) if regions.max() else 0
        bits = (regions == number) & (number > 0)
        x, y, width, height = cv2.boundingRect(bits.astype(np.uint8))
        whole = x > 0 and y > 0 and x + width < bits.shape[1] and y + height < bits.shape[0]
        if whole and min(width, height) >= _MIN_SIDE and _SHARES[0] <= bits.mean() <= _SHARES[1]:
            window = slice(y, y + height), slice(x, x + width)
            alpha = bits[window].astype(np.uint8) * 255
            return np.dstack([read_frame(photo)[window], alpha]), _set_of(photo)
    raise BadInput(f"{_TRIES} photos drawn, and no object of at least {_MIN_SIDE} px that is whole among them")


def _ground(random: np.random.Generator, photos: list[Path]) -> Picture:
    picture = read_frame(photos[int(random.integers(len(photos)))])
    scale = max((WIDTH + 120) / picture.shape[1], (HEIGHT + 80) / picture.shape[0])
    size = int(np.ceil(picture.shape[1] * scale)), int(np.ceil(picture.shape[0] * scale))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def _set_of(photo: Path) -> str:
    """The part of a name before its number: cats_0001 is of the set cats."""
    return photo.stem.rstrip("0123456789").rstrip("_-")
