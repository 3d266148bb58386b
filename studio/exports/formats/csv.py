"""A table: one row for each object and frame it was found in."""

from __future__ import annotations

import csv
from collections.abc import Mapping

from studio.exports.options import ALL_ANNOTATIONS
from studio.exports.target import Target
from studio.exports.tracks import Tracks

name = "csv"
title = "CSV"
sentence = "A table of boxes, rotated boxes, scores and areas for spreadsheets and scripts. The masks are not in it."
lossy: tuple[str, ...] = ("Masks are not held, only their boxes and areas.",)
frame_base = 0
checked_with = "Python's csv"
options = ALL_ANNOTATIONS

COLUMNS = (
    "frame", "seconds", "object", "name", "category", "state", "score", "area",
    "x", "y", "width", "height", "x1", "y1", "x2", "y2", "x3", "y3", "x4", "y4",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would work out what begins so


def write(tracks: Tracks, target: Target) -> Mapping[str, object]:
    """tracks.csv: UTF-8, commas, a head line."""
    tracks_by_number = {track.number: track for track in tracks.objects}
    with target.text("tracks.csv") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for moment in tracks.moments():
            seconds = f"{tracks.seconds(moment.frame):.6f}"
            for found in moment.found:
                track = tracks_by_number[found.number]
                words = [_plain(track.name), _plain(track.category), found.state]
                figures = [f"{found.score:.4f}", found.area, *found.box, *(f"{value:.3f}" for value in found.corners)]
                table.writerow([moment.frame, seconds, found.number, *words, *figures])
    return {}


def _plain(words: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{words}" if words.startswith(_FORMULA) else words
