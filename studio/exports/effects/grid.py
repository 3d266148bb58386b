"""Every object in a cell of its own, followed and as large as its cell allows."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from studio.exports.effects.filming import mp4, write_film
from studio.exports.effects.follow import Window, box_of, follow
from studio.exports.options import ALL_FILMS
from studio.exports.tracks import Moment, Tracks
from studio.media.clip import Picture
from studio.media.errors import CannotWrite

name = "grid"
title = "Grid of objects"
sentence = "MP4 with each object followed in a cell of its own; size, timing and sound are the original's."
ending = mp4
options = ALL_FILMS | {"margin"}

LEAST_PX = 16  # a cell's side


def write(tracks: Tracks, path: Path) -> None:
    """Cells stand in the order of the objects' numbers, row by row; where its object was not found, one is black."""
    columns = int(np.ceil(np.sqrt(len(tracks.objects))))
    rows = -(-len(tracks.objects) // columns)
    width, height = tracks.width // columns, tracks.height // rows
    if min(width, height) < LEAST_PX:
        raise CannotWrite(
            f"{len(tracks.objects)} objects do not fit in a grid of {tracks.width} x {tracks.height} px: "
            f"a cell would be {width} x {height} px"
        )
    windows = _windows(tracks, width / height)
    places = {track.number: divmod(place, columns) for place, track in enumerate(tracks.objects)}

    def arranged(moment: Moment, picture: Picture) -> Picture:
        grid = np.zeros_like(picture)
        for found in moment.found:
            row, column = places[found.number]
            seen = windows[found.number].of(picture, moment.place)
            way = cv2.INTER_AREA if seen.shape[1] > width else cv2.INTER_LINEAR
            cell = grid[row * height : (row + 1) * height, column * width : (column + 1) * width]
            cell[:] = cv2.resize(seen, (width, height), interpolation=way)
        return grid

    write_film(tracks, path, arranged)


def _windows(tracks: Tracks, shape: float) -> dict[int, Window]:
    """The way of each object that was found at all, from one look at all masks."""
    boxes = {track.number: np.full((len(tracks.frames), 4), np.nan) for track in tracks.objects}
    for moment in tracks.survey():
        for found in moment.found:
            boxes[found.number][moment.place] = box_of([found])
    return {
        number: follow(of_one, tracks.clip, shape, tracks.options.margin)
        for number, of_one in boxes.items()
        if not np.isnan(of_one).all()
    }
