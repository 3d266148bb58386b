"""A window that follows the objects, steady and of one size, in the shape a person wants."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np

from studio.exports.effects.filming import mp4, write_film
from studio.exports.effects.follow import Boxes, Followed, Window, box_of, follow
from studio.exports.options import ALL_FILMS, Options
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
    boxes = np.array([box_of(moment.found) for moment in tracks.survey()])
    window = window_of(boxes, tracks.clip, tracks.clip.pixel_aspect, tracks.options)

    def seen(moment: Moment, picture: Picture) -> Picture:
        return window.of(picture, moment.place)

    write_film(tracks, path, seen, size=(window.height, window.width))


def window_of(boxes: Boxes, clip: Followed, pixel_aspect: Fraction, chosen: Options) -> Window:
    """The window that the film is, of the boxes around the objects in each chosen frame. Raises CannotWrite."""
    if chosen.aspect == "source":
        shape = clip.width / clip.height
    else:
        across, down = (int(side) for side in chosen.aspect.split(":"))
        shape = across / down / float(pixel_aspect)
    if np.isnan(boxes).all():
        raise CannotWrite("there is no mask that a window could follow")
    return follow(boxes, clip, shape, chosen.margin)
