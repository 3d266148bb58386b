"""The objects as they are, all else darker, or without colour, or both."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from studio.exports.effects.cover import inward, masked, mix
from studio.exports.effects.filming import mp4, write_film
from studio.exports.tracks import Moment, Tracks
from studio.media.clip import Picture

name = "spotlight"
title = "Spotlight film"
sentence = "MP4 with all but the objects dark, or grey, or both; size, timing and sound are the original's."
ending = mp4
options = frozenset({"objects", "feather", "rest"})

DARK = 0.35  # share of its light that the rest keeps
_DARKER = np.round(np.arange(256) * DARK).astype(np.uint8)


def write(tracks: Tracks, path: Path) -> None:
    """A soft edge lies inside the objects."""
    chosen = tracks.options

    def light(moment: Moment, picture: Picture) -> Picture:
        return mix(
            picture, _dimmed(picture, chosen.rest), inward(masked(moment.found, picture.shape[:2]), chosen.feather)
        )

    write_film(tracks, path, light)


def _dimmed(picture: Picture, rest: str) -> Picture:
    dimmed = picture
    if rest in ("grey", "both"):
        dimmed = cv2.cvtColor(cv2.cvtColor(dimmed, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB).astype(np.uint8, copy=False)
    if rest in ("dark", "both"):
        dimmed = cv2.LUT(dimmed, _DARKER).astype(np.uint8, copy=False)
    return dimmed
