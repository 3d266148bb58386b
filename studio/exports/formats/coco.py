"""COCO, one image a frame: run-length masks, boxes, areas, and the track's number with each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from studio.exports.options import ALL_ANNOTATIONS
from studio.exports.spool import Found
from studio.exports.target import Target
from studio.exports.tracks import Tracks

name = "coco"
title = "COCO"
sentence = (
    "JSON with a run-length mask, box and track id for each object and frame. pycocotools and most others read it."
)
lossy: tuple[str, ...] = ()
frame_base = 0
checked_with = "pycocotools 2.0, supervision 0.31, datumaro 1.13"
options = ALL_ANNOTATIONS | {"images", "absent"}


def write(tracks: Tracks, target: Target) -> Mapping[str, object]:
    """annotations/instances_default.json, and images/default/ where they are asked for."""
    with target.text("annotations/instances_default.json") as file:
        head = {
            "info": {"description": tracks.title},
            "licenses": [],
            "videos": [
                {
                    "id": 1,
                    "name": tracks.name,
                    "width": tracks.width,
                    "height": tracks.height,
                    "length": len(tracks.frames),
                }
            ],
            "categories": [
                {"id": number, "name": category, "supercategory": ""} for category, number in tracks.categories.items()
            ],
        }
        file.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "annotations": [')
        seen: list[int] = []
        separator = "\n"
        for annotation in _annotations(tracks, seen):
            file.write(separator + json.dumps(annotation, separators=(",", ":")))
            separator = ",\n"
        file.write('\n], "images": [')
        listed = list(tracks.frames) if tracks.options.absent else seen
        file.write(",".join("\n" + json.dumps(_image(tracks, frame), separators=(",", ":")) for frame in listed))
        file.write("\n]}\n")
    if tracks.options.images:
        target.add_pictures(tracks, lambda place, frame: f"images/default/{_file_name(frame)}")
    return {}


def _annotations(tracks: Tracks, seen: list[int]) -> Iterator[dict[str, object]]:
    """One for each mask; `seen` gets the frames that have any."""
    categories = {track.number: tracks.category_of(track.number) for track in tracks.objects}
    count = 0
    for moment in tracks.moments():
        if moment.found:
            seen.append(moment.frame)
        for found in moment.found:
            count += 1
            yield _annotation(count, found, categories[found.number])


def _annotation(number: int, found: Found, category: int) -> dict[str, object]:
    return {
        "id": number,  # from 1: 0 is nobody's to COCO's own evaluation
        "image_id": found.frame + 1,
        "category_id": category,
        "iscrowd": 0,
        "area": found.area,
        "bbox": list(found.box),
        "segmentation": {"size": [found.height, found.width], "counts": found.counts.decode("ascii")},
        "attributes": {"track_id": found.number, "score": round(found.score, 4), "occluded": False},
    }


def _image(tracks: Tracks, frame: int) -> dict[str, object]:
    return {
        "id": frame + 1,
        "file_name": _file_name(frame),
        "width": tracks.width,
        "height": tracks.height,
        "video_id": 1,
        "frame_id": frame,
    }


def _file_name(frame: int) -> str:
    return f"{frame:06d}.jpg"
