"""The clip with a line along each object's edge, in the object's colour, and nothing over the object itself."""

from __future__ import annotations

from pathlib import Path

from studio.exports.effects.filming import colors_of, mp4, write_film
from studio.exports.options import ALL_FILMS
from studio.exports.tracks import Moment, Tracks
from studio.media.clip import Picture
from studio.media.overlay import Marking, draw

name = "outline"
title = "Outline film"
sentence = "MP4 with a line around each object; size, timing and sound are the original's."
ending = mp4
options = ALL_FILMS | {"tint", "width"}

LINES = 1080  # of a picture with a line of the chosen width; a taller one has a wider one in proportion


def write(tracks: Tracks, path: Path) -> None:
    """The line lies inside the edge, so that it shows the mask to the pixel."""
    colors = colors_of(tracks)
    line_px = tracks.options.width * max(1.0, min(tracks.width, tracks.height) / LINES)

    def line(moment: Moment, picture: Picture) -> Picture:
        markings = [Marking(found.bits(), None, colors[found.number]) for found in moment.found]
        return draw(picture, markings, fill=0.0, edge_px=line_px) if markings else picture

    write_film(tracks, path, line)
