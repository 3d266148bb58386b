"""DAVIS 2017: a palette PNG for every frame, whose pixel values are the objects."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from studio.exports.layers import flatten, labels_of
from studio.exports.options import ALL_ANNOTATIONS
from studio.exports.target import Target
from studio.exports.tracks import Tracks
from studio.media.masks import palette_png

name = "davis"
title = "DAVIS"
sentence = "A palette PNG for every frame, as DAVIS 2017 has them. Where objects overlap, a pixel goes to one of them."
lossy: tuple[str, ...] = (
    "Where objects overlap, a pixel belongs to one of them only.",
    "Scores and rotated boxes are not held.",
)
frame_base = 0
checked_with = "TrackEval 1.3, Pillow 13"
options = ALL_ANNOTATIONS | {"images", "overlap"}

RESOLUTION = "Full-Resolution"  # DAVIS's own name of the folder


def write(tracks: Tracks, target: Target) -> Mapping[str, object]:
    """Annotations/Full-Resolution/<clip>/00000.png and so on without gaps, ImageSets/2017/val.txt."""
    labels = labels_of(tracks.objects)
    decided = 0
    for moment in tracks.moments():
        layer = flatten(moment.found, tracks.options.overlap, labels, np.uint8)
        decided += layer.decided
        picture = palette_png(layer.labels, at=(layer.x, layer.y), size=(tracks.height, tracks.width))
        target.add(f"Annotations/{RESOLUTION}/{tracks.name}/{moment.place:05d}.png", picture)
    target.add("ImageSets/2017/val.txt", f"{tracks.name}\n")
    if tracks.options.images:
        target.add_pictures(tracks, lambda place, frame: f"JPEGImages/{RESOLUTION}/{tracks.name}/{place:05d}.jpg")
    return {"labels": {str(number): label for number, label in labels.items()}, "decided_pixels": decided}
