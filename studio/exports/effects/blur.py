"""The objects made unrecognisable, or all else blurred behind them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.exports.effects.cover import inward, masked, mix, near, outward
from studio.exports.effects.filming import mp4, write_film
from studio.exports.options import ALL_FILMS
from studio.exports.tracks import Moment, Tracks
from studio.media.clip import Picture

name = "blur"
title = "Blurred film"
sentence = "MP4 with the objects, or all behind them, blurred or in blocks; size, timing and sound are the original's."
ending = mp4
options = ALL_FILMS | {"feather", "part", "style", "strength"}

_STEPS = 4  # of a blur's reach, at least: a wider one is computed on a smaller picture


def write(tracks: Tracks, path: Path) -> None:
    """A soft edge lies outside objects that are hidden, and inside objects that are shown."""
    chosen = tracks.options
    average = _blurred if chosen.style == "blur" else _blocks
    reach = max(2, round(min(tracks.width, tracks.height) * chosen.strength / 100))
    reach -= reach % _fineness(reach)

    def hide(moment: Moment, picture: Picture) -> Picture:
        bits = masked(moment.found, picture.shape[:2])
        if chosen.part == "objects":
            gone, cover = bits, outward(bits, chosen.feather)
            rows, columns = near(bits, chosen.feather + 1)
            # squares stand where they would in the whole picture, or they would swim along with the object
            region = slice(rows.start // reach * reach, rows.stop), slice(columns.start // reach * reach, columns.stop)
        else:
            gone, cover = ~bits, 1 - inward(bits, chosen.feather)
            region = slice(None), slice(None)
        if not gone.any():
            return picture
        averaged = average(picture[region], np.ascontiguousarray(gone[region]), reach)
        shown = picture.copy()
        shown[region] = mix(averaged, picture[region], np.ascontiguousarray(cover[region]))
        return shown

    write_film(tracks, path, hide)


def _blurred(picture: Picture, counted: NDArray[np.bool_], reach: int) -> Picture:
    """Each pixel the mean of the counted ones around it: what does not count leaves no halo."""
    side = _fineness(reach)
    box = (2 * (reach // side) + 1,) * 2
    total, share = (
        # twice a box is near a Gaussian; beyond the border nothing counts, wherever the border is
        cv2.blur(cv2.blur(plane, box, borderType=cv2.BORDER_CONSTANT), box, borderType=cv2.BORDER_CONSTANT)
        for plane in _reduced(picture, counted, side)
    )
    return _enlarged(_divided(total, share), side, counted.shape, cv2.INTER_LINEAR)


def _blocks(picture: Picture, counted: NDArray[np.bool_], side: int) -> Picture:
    """Squares of the mean of the counted pixels in them."""
    total, share = _reduced(picture, counted, side)
    return _enlarged(_divided(total, share), side, counted.shape, cv2.INTER_NEAREST)


def _fineness(reach: int) -> int:
    """The side of the squares that a blur is computed of."""
    return max(1, reach // _STEPS)


def _reduced(picture: Picture, counted: NDArray[np.bool_], side: int) -> Iterator[NDArray[Any]]:
    """The mean in each square of the pixels, those that do not count being 0, and the share that counts."""
    height, width = counted.shape
    rows, columns = -(-height // side), -(-width // side)
    kept = np.zeros_like(picture)
    cv2.copyTo(picture, counted.view(np.uint8), kept)
    for plane in (kept, counted.view(np.uint8)):
        beyond = (0, rows * side - height, 0, columns * side - width)
        whole = cv2.copyMakeBorder(plane, *beyond, cv2.BORDER_CONSTANT, value=(0, 0, 0))
        yield cv2.resize(whole.astype(np.float32), (columns, rows), interpolation=cv2.INTER_AREA)


def _enlarged(means: Picture, side: int, size: tuple[int, ...], way: int) -> Picture:
    large = cv2.resize(means, (means.shape[1] * side, means.shape[0] * side), interpolation=way)
    return np.ascontiguousarray(large[: size[0], : size[1]], np.uint8)


def _divided(total: NDArray[Any], share: NDArray[Any]) -> Picture:
    means: Picture = np.round(np.clip(total / np.maximum(share, 1e-6)[..., None], 0, 255)).astype(np.uint8)
    return means
