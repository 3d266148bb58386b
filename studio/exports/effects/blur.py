"""The objects made unrecognisable, or all else blurred behind them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.exports.effects.cover import inward, masked, mix, near, outward
from studio.exports.effects.filming import mp4, write_film
from studio.exports.tracks import Moment, Tracks
from studio.media.clip import Picture

name = "blur"
title = "Blurred film"
sentence = "MP4 with the objects, or all behind them, blurred or in blocks; size, timing and sound are the original's."
ending = mp4
options = frozenset({"objects", "feather", "part", "style", "strength"})

_REACH_PX = 4  # of a blur as it is computed; a wider one is computed on a smaller picture


def write(tracks: Tracks, path: Path) -> None:
    """A soft edge lies outside objects that are hidden, and inside objects that are shown."""
    chosen = tracks.options
    average = _blurred if chosen.style == "blur" else _blocks
    reach = max(2, round(min(tracks.width, tracks.height) * chosen.strength / 100))

    def hide(moment: Moment, picture: Picture) -> Picture:
        bits = masked(moment.found, picture.shape[:2])
        if chosen.part == "objects":
            gone, cover = bits, outward(bits, chosen.feather)
            rows, columns = near(bits, chosen.feather + 1)
            # blocks stand where they would in the whole picture, or they would swim along with the object
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
    height, width = counted.shape
    scale = max(1, reach // _REACH_PX)
    small = (-(-width // scale), -(-height // scale))
    box = 2 * round(reach / scale) + 1
    # twice a box is near a Gaussian
    total, share = (
        cv2.blur(cv2.blur(cv2.resize(plane, small, interpolation=cv2.INTER_AREA), (box, box)), (box, box))
        for plane in _weighed(picture, counted)
    )
    return cv2.resize(_divided(total, share), (width, height), interpolation=cv2.INTER_LINEAR).astype(
        np.uint8, copy=False
    )


def _blocks(picture: Picture, counted: NDArray[np.bool_], side: int) -> Picture:
    """Squares of the mean of the counted pixels in them."""
    height, width = counted.shape
    rows, columns = -(-height // side), -(-width // side)
    beyond = (0, rows * side - height, 0, columns * side - width)
    total, share = (
        cv2.resize(
            cv2.copyMakeBorder(plane, *beyond, cv2.BORDER_CONSTANT, value=(0, 0, 0)),
            (columns, rows),
            interpolation=cv2.INTER_AREA,
        )
        for plane in _weighed(picture, counted)
    )
    blocks = np.repeat(np.repeat(_divided(total, share), side, axis=0), side, axis=1)
    return np.ascontiguousarray(blocks[:height, :width])


def _weighed(picture: Picture, counted: NDArray[np.bool_]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The pixels that count, all others 0, and what each counts."""
    kept = np.zeros_like(picture)
    cv2.copyTo(picture, counted.view(np.uint8), kept)
    return kept.astype(np.float32), counted.astype(np.float32)


def _divided(total: NDArray[Any], share: NDArray[Any]) -> Picture:
    means: Picture = np.round(np.clip(total / np.maximum(share, 1e-6)[..., None], 0, 255)).astype(np.uint8)
    return means
