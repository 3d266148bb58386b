"""The objects as they are, all else darker, or without colour, or both."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.exports.effects.cover import inward, masked, mix
from studio.exports.effects.filming import mp4, write_film
from studio.exports.options import ALL_FILMS
from studio.exports.tracks import Moment, Tracks
from studio.media.clip import Picture

name = "spotlight"
title = "Spotlight film"
sentence = "MP4 with all but the objects dark, or grey, or both; size, timing and sound are the original's."
ending = mp4
options = ALL_FILMS | {"feather", "rest", "light"}


def write(tracks: Tracks, path: Path) -> None:
    """A soft edge lies inside the objects."""
    chosen = tracks.options
    darker = np.round(np.arange(256) * (chosen.light / 100)).astype(np.uint8)

    def light(moment: Moment, picture: Picture) -> Picture:
        return mix(
            picture,
            _dimmed(picture, chosen.rest, darker),
            inward(masked(moment.found, picture.shape[:2]), chosen.feather),
        )

    write_film(tracks, path, light)


def _dimmed(picture: Picture, rest: str, darker: NDArray[np.uint8]) -> Picture:
    dimmed = picture
    if rest in ("grey", "both"):
        dimmed = cv2.cvtColor(cv2.cvtColor(dimmed, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB).astype(np.uint8, copy=False)
    if rest in ("dark", "both"):
        dimmed = cv2.LUT(dimmed, darker).astype(np.uint8, copy=False)
    return dimmed
