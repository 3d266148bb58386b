"""YOLO segmentation: a text file for each frame with a polygon a line, and a table of the ids it cannot hold."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache

import numpy as np

from studio.exports.options import ALL_ANNOTATIONS
from studio.exports.polygons import Ring, Words, centre_rings, in_words, joined
from studio.exports.spool import Found
from studio.exports.target import Target
from studio.exports.tracks import Tracks

name = "yolo"
title = "YOLO"
sentence = (
    "Text with normalised polygons for training YOLO segmentation. The objects' numbers and scores are in tracks.csv."
)
lossy: tuple[str, ...] = (
    "A line holds one part of an object, and its holes are joined to it by bridges without width.",
    "Points are rounded to a millionth of the picture; the objects' numbers are in tracks.csv only.",
)
frame_base = 0
checked_with = "supervision 0.31; ultralytics by hand"
options = ALL_ANNOTATIONS | {"images", "absent"}


def write(tracks: Tracks, target: Target) -> Mapping[str, object]:
    """data.yaml, labels/train/<clip>_<frame>.txt, tracks.csv, and images/train/ where they are wanted."""
    kinds = {track.number: tracks.category_of(track.number) - 1 for track in tracks.objects}
    across, down = _shares(tracks.width), _shares(tracks.height)
    rows = ["file,line,object,score\n"]
    for moment in tracks.moments():
        if not moment.found and not tracks.options.absent:
            continue
        stem = _stem(tracks, moment.frame)
        lines: list[str] = []
        for found in moment.found:
            for polygon in _polygons(found):
                lines.append(f"{kinds[found.number]}{in_words(polygon, across, down)}\n")
                rows.append(f"{stem},{len(lines)},{found.number},{found.score:.4f}\n")
        target.add(f"labels/train/{stem}.txt", "".join(lines))
    names = "".join(f"  {number - 1}: {json.dumps(category)}\n" for category, number in tracks.categories.items())
    target.add("data.yaml", f"path: .\ntrain: images/train\nval: images/train\nnames:\n{names}")
    target.add("tracks.csv", "".join(rows))
    if tracks.options.images:
        target.add_pictures(tracks, lambda place, frame: f"images/train/{_stem(tracks, frame)}.jpg")
    return {}


def _polygons(found: Found) -> Iterator[Ring]:
    x, y, bits = found.crop()
    for outer, holes in centre_rings(bits, x, y):
        ring = joined([outer, *holes])
        yield np.resize(ring, (3, 2)) if len(ring) < 3 else ring  # a pixel or two: points repeated, as three are needed


@lru_cache(maxsize=8)
def _shares(side: int) -> Words:
    """Each place along a side as its share; a quarter of a pixel makes readers that round and that cut off agree."""
    return np.array([f" {(place + 0.25) / side:.6f}" for place in range(side)], object)


def _stem(tracks: Tracks, frame: int) -> str:
    return f"{tracks.name}_{frame:06d}"
