"""LabelMe: a JSON file for each frame, each mask a small PNG of its box."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping

from studio.exports.options import ALL_ANNOTATIONS
from studio.exports.spool import Found
from studio.exports.target import Target
from studio.exports.tracks import Track, Tracks
from studio.media.png import mask_png

name = "labelme"
title = "LabelMe"
sentence = "A JSON file for each frame with exact masks, which labelme opens beside the pictures."
lossy: tuple[str, ...] = ("Rotated boxes are not held; scores stand in a mask's description.",)
frame_base = 0
checked_with = "the test suite's own reader of labelme's masks; labelme itself by hand"
options = ALL_ANNOTATIONS | {"images", "absent"}

VERSION = "5.5.0"  # of labelme, the first whose masks are as these


def write(tracks: Tracks, target: Target) -> Mapping[str, object]:
    """<frame>.json, and <frame>.jpg where pictures are wanted."""
    by_number = {track.number: track for track in tracks.objects}
    for moment in tracks.moments():
        if not moment.found and not tracks.options.absent:
            continue
        content: dict[str, object] = {
            "version": VERSION,
            "flags": {},
            "shapes": [_shape(found, by_number[found.number]) for found in moment.found],
            "imagePath": f"{moment.frame:06d}.jpg",
            "imageData": None,
            "imageHeight": tracks.height,
            "imageWidth": tracks.width,
        }
        target.add(f"{moment.frame:06d}.json", json.dumps(content, ensure_ascii=False, separators=(",", ":")))
    if tracks.options.images:
        target.add_pictures(tracks, lambda place, frame: f"{frame:06d}.jpg")
    return {}


def _shape(found: Found, track: Track) -> Mapping[str, object]:
    x, y, bits = found.crop()
    height, width = bits.shape
    return {
        "label": track.category,
        "points": [[x, y], [x + width - 1, y + height - 1]],  # labelme's corners are both inside
        "group_id": found.number,
        "description": f"{track.name}, score {found.score:.4f}",
        "shape_type": "mask",
        "flags": {},
        "mask": b64encode(mask_png(bits)).decode("ascii"),
    }
