"""The clip with a line along each object's edge, in the object's colour, and nothing over the object itself."""

from __future__ import annotations

from pathlib import Path

from studio.exports.effects.filming import colors_of, draw_film, mp4
from studio.exports.options import ALL_FILMS
from studio.exports.spool import Found
from studio.exports.tracks import Tracks
from studio.media.overlay import Marking

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

    def line(found: Found) -> Marking:
        return Marking(*found.crop(), None, colors[found.number])

    draw_film(tracks, path, line, fill=0.0, edge_px=line_px)
