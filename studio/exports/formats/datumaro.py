"""Datumaro's own JSON: an item for each frame, its masks as compressed run lengths."""

from __future__ import annotations

import json
from collections.abc import Mapping

from studio.exports.options import ALL_ANNOTATIONS
from studio.exports.target import Target
from studio.exports.tracks import Moment, Tracks

name = "datumaro"
title = "Datumaro"
sentence = "Datumaro's JSON with exact masks and track ids, from which it converts to dozens of other formats."
lossy: tuple[str, ...] = ("Rotated boxes are not held.",)
frame_base = 0
checked_with = "datumaro 1.13"
options = ALL_ANNOTATIONS | {"images", "absent"}


def write(tracks: Tracks, target: Target) -> Mapping[str, object]:
    """annotations/default.json, and images/default/ where they are wanted."""
    kinds = {track.number: tracks.category_of(track.number) - 1 for track in tracks.objects}
    labels = [{"name": category, "parent": "", "attributes": []} for category in tracks.categories]
    head = {
        "dm_format_version": "1.0",
        "media_type": 2,  # datumaro's number of pictures
        "infos": {},
        "categories": {"label": {"label_groups": [], "labels": labels, "attributes": ["track_id", "score"]}},
    }
    with target.text("annotations/default.json") as file:
        file.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "items": [')
        separator = "\n"
        for moment in tracks.moments():
            if moment.found or tracks.options.absent:
                file.write(separator + json.dumps(_item(tracks, moment, kinds), separators=(",", ":")))
                separator = ",\n"
        file.write("\n]}\n")
    if tracks.options.images:
        target.add_pictures(tracks, lambda place, frame: f"images/default/{frame:06d}.jpg")
    return {}


def _item(tracks: Tracks, moment: Moment, kinds: Mapping[int, int]) -> Mapping[str, object]:
    return {
        "id": f"{moment.frame:06d}",
        "annotations": [
            {
                "id": place,
                "type": "mask",
                "attributes": {"track_id": found.number, "score": round(found.score, 4)},
                "group": found.number,
                "label_id": kinds[found.number],
                "z_order": found.number,
                "rle": {"counts": found.counts.decode("ascii"), "size": [tracks.height, tracks.width]},
            }
            for place, found in enumerate(moment.found)
        ],
        "attr": {"frame": moment.frame},
        "image": {"path": f"{moment.frame:06d}.jpg", "size": [tracks.height, tracks.width]},
    }
