"""CVAT for video 1.1: a track of polygons for each object, to be edited in CVAT."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TextIO

import numpy as np

from studio.exports.formats.cvat_xml import attributes, head
from studio.exports.options import ALL_ANNOTATIONS
from studio.exports.polygons import Words, edge_rings, in_words, joined
from studio.exports.spool import Found
from studio.exports.target import Target
from studio.exports.tracks import Track, Tracks

name = "cvat-video"
title = "CVAT for video"
sentence = (
    "XML with a polygon track for each object, to be edited in CVAT. Parts and holes hang together by thin bridges."
)
lossy: tuple[str, ...] = (
    "A track has one polygon a frame: parts and holes are joined to it by bridges without width.",
    "Scores and rotated boxes are not held.",
)
frame_base = 0
checked_with = "an area fill of the polygons: pixel-equal"
options = ALL_ANNOTATIONS | {"images"}


def write(tracks: Tracks, target: Target) -> Mapping[str, object]:
    """annotations.xml; the pictures, where wanted, are images/frame_<frame>.jpg."""
    with target.text("annotations.xml") as file:
        file.write(head(tracks, "interpolation"))
        for place, track in enumerate(tracks.objects):
            about = {"id": place, "label": track.category, "source": "auto", "group_id": track.number}
            file.write(f"<track{attributes(about)}>\n")
            _write_shapes(file, tracks, track)
            file.write("</track>\n")
        file.write("</annotations>\n")
    if tracks.options.images:
        target.add_pictures(tracks, lambda place, frame: f"images/frame_{frame:06d}.jpg")
    return {}


def _write_shapes(file: TextIO, tracks: Tracks, track: Track) -> None:
    """A key frame for each mask; where the object leaves, its last shape once more, as outside."""
    points, last = "", -1
    for frame, found in tracks.of(track):
        if found is not None:
            points, last = _points(found), frame
            _write_shape(file, frame, points, outside=False)
        elif points:
            _write_shape(file, frame, points, outside=True)
            points = ""
    if points and last + 1 < tracks.clip.frame_count:
        _write_shape(file, last + 1, points, outside=True)


def _write_shape(file: TextIO, frame: int, points: str, *, outside: bool) -> None:
    about = {"frame": frame, "keyframe": 1, "outside": int(outside), "occluded": 0}
    file.write(f'<polygon{attributes(about)} points="{points}" z_order="0"></polygon>\n')


def _points(found: Found) -> str:
    x, y, bits = found.crop()
    parts = edge_rings(bits, x, y)
    ring = joined([ring for outer, holes in parts for ring in (outer, *holes)])
    return in_words(ring, _places(found.width + 1, ","), _places(found.height + 1, ";"))[:-1]


@lru_cache(maxsize=8)
def _places(count: int, end: str) -> Words:
    """Each place along a side with two decimals, as CVAT writes it."""
    return np.array([f"{place}.00{end}" for place in range(count)], object)
