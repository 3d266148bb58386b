"""A window that follows the objects, steady and of one size, in the shape a person wants."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from studio.exports.effects.filming import mp4, write_film
from studio.exports.effects.follow import box_of, follow
from studio.exports.options import ALL_FILMS
from studio.exports.tracks import Moment, Tracks
from studio.media.clip import Picture
from studio.media.errors import CannotWrite

name = "crop"
title = "Following crop"
sentence = "MP4 of a steady window around the objects, in any shape; its pixels, timing and sound are the original's."
ending = mp4
options = ALL_FILMS | {"aspect", "margin"}


def write(tracks: Tracks, path: Path) -> None:
    """The masks are looked at once before, to know how large the window must be and where it goes."""
    clip, aspect = tracks.clip, tracks.options.aspect
    if aspect == "source":
        shape = clip.width / clip.height
    else:
        across, down = (int(side) for side in aspect.split(":"))
        shape = across / down / float(clip.pixel_aspect)
    boxes = np.array([box_of(moment.found) for moment in tracks.survey()])
    if np.isnan(boxes).all():
        raise CannotWrite("there is no mask that a window could follow")
    window = follow(boxes, clip, shape, tracks.options.margin)

    def seen(moment: Moment, picture: Picture) -> Picture:
        return window.of(picture, moment.place)

    write_film(tracks, path, seen, size=(window.height, window.width))
