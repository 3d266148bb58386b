"""YouTube-VOS: palette PNGs named by the clip's frames, and meta.json with the frames of each object."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from studio.exports.layers import flatten, labels_of
from studio.exports.options import ALL_ANNOTATIONS
from studio.exports.target import Target
from studio.exports.tracks import Tracks
from studio.media.masks import palette_png

name = "youtube-vos"
title = "YouTube-VOS"
sentence = "Palette PNGs and meta.json in YouTube-VOS's folders. Where objects overlap, a pixel goes to one of them."
lossy: tuple[str, ...] = (
    "Where objects overlap, a pixel belongs to one of them only.",
    "Scores and rotated boxes are not held.",
)
frame_base = 0
checked_with = "Pillow 13 and a check of meta.json's schema"
options = ALL_ANNOTATIONS | {"images", "overlap"}


def write(tracks: Tracks, target: Target) -> Mapping[str, object]:
    """train/Annotations/<clip>/<frame>.png, train/meta.json."""
    labels = labels_of(tracks.objects)
    seen: dict[int, list[str]] = {track.number: [] for track in tracks.objects}
    decided = 0
    for moment in tracks.moments():
        layer = flatten(moment.found, tracks.options.overlap, labels, np.uint8)
        decided += layer.decided
        for found in moment.found:
            if not layer.decided or (layer.labels == labels[found.number]).any():
                seen[found.number].append(f"{moment.frame:05d}")
        picture = palette_png(layer.labels, at=(layer.x, layer.y), size=(tracks.height, tracks.width))
        target.add(f"train/Annotations/{tracks.name}/{moment.frame:05d}.png", picture)
    objects = {
        str(labels[track.number]): {"category": track.category, "frames": seen[track.number]}
        for track in tracks.objects
        if seen[track.number]
    }
    target.add_json("train/meta.json", {"videos": {tracks.name: {"objects": objects}}})
    if tracks.options.images:
        target.add_pictures(tracks, lambda place, frame: f"train/JPEGImages/{tracks.name}/{frame:05d}.jpg")
    return {"labels": {str(number): label for number, label in labels.items()}, "decided_pixels": decided}
