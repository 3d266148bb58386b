"""The objects before one colour, such as green for a keyer."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from studio.exports.effects.cover import inward, masked, mix
from studio.exports.effects.filming import mp4, write_film
from studio.exports.tracks import Moment, Tracks
from studio.media.clip import Picture

name = "background"
title = "Plain background"
sentence = "MP4 with one colour behind the objects; size, timing and sound are the original's."
ending = mp4
options = frozenset({"objects", "feather", "color"})


def write(tracks: Tracks, path: Path) -> None:
    """A soft edge lies inside the objects, so that nothing of the old ground is left around them."""
    plain = np.empty((tracks.height, tracks.width, 3), np.uint8)
    plain[:] = [int(tracks.options.color[place : place + 2], 16) for place in (1, 3, 5)]

    def stand(moment: Moment, picture: Picture) -> Picture:
        return mix(picture, plain, inward(masked(moment.found, picture.shape[:2]), tracks.options.feather))

    write_film(tracks, path, stand)
