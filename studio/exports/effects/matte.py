"""White where the objects are, black elsewhere: what an editor takes as a track matte."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from studio.exports.effects.cover import inward, masked
from studio.exports.effects.filming import mp4, write_film
from studio.exports.options import ALL_FILMS
from studio.exports.tracks import Moment, Tracks
from studio.media.clip import Picture

name = "matte"
title = "Matte film"
sentence = "MP4, white where the objects are and black elsewhere, for an editor's track matte; sound is the original's."
ending = mp4
options = ALL_FILMS | {"feather"}


def write(tracks: Tracks, path: Path) -> None:
    """Grey is a soft edge; it lies inside the objects."""

    def white(moment: Moment, picture: Picture) -> Picture:
        cover = inward(masked(moment.found, picture.shape[:2]), tracks.options.feather)
        level = np.round(cover * 255).astype(np.uint8)
        return np.repeat(level[..., None], 3, axis=2)

    write_film(tracks, path, white)
