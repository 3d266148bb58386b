"""The clip with its masks drawn in: original size, timing and sound."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from studio.exports.effects.filming import colors_of, draw_film, mp4
from studio.exports.options import ALL_FILMS
from studio.exports.spool import Found
from studio.exports.tracks import Tracks
from studio.media.overlay import Marking

name = "overlay"
title = "Overlay film"
sentence = "MP4 with the masks drawn in; size, timing and sound are the original's."
ending = mp4
options = ALL_FILMS | {"boxes", "tint", "opacity", "edge"}

EDGE_LINES = 1080  # a taller picture has a line wider in proportion, as it is looked at from as far away


def write(tracks: Tracks, path: Path) -> None:
    """What was found lies over each frame, the highest number on top."""
    colors = colors_of(tracks)
    edge_px = tracks.options.edge * max(1.0, min(tracks.width, tracks.height) / EDGE_LINES)

    def mark(found: Found) -> Marking:
        x, y, bits = found.crop()
        # cv2 counts from pixel centres, corners from edges
        corners = np.array(found.corners).reshape(4, 2) - 0.5 if tracks.options.boxes else None
        return Marking(x, y, bits, corners, colors[found.number])

    draw_film(tracks, path, mark, fill=tracks.options.opacity / 100, edge_px=edge_px)
