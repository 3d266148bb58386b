"""YouTube-VIS: COCO for video, one annotation an object with a mask, or null, for each frame."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TextIO

from studio.exports.options import ALL_ANNOTATIONS
from studio.exports.runs import read_runs
from studio.exports.target import Target
from studio.exports.tracks import Track, Tracks

name = "youtube-vis"
title = "YouTube-VIS"
sentence = (
    "JSON with a mask track for each object, as ground truth and as results. TrackEval and VIS code bases read it."
)
lossy: tuple[str, ...] = ("Rotated boxes are not held; the results hold one score an object, the mean of its frames'.",)
frame_base = 0
checked_with = "TrackEval 1.3"
options = ALL_ANNOTATIONS | {"images"}


def write(tracks: Tracks, target: Target) -> Mapping[str, object]:
    """instances.json with run lengths as numbers, results.json with compressed ones: each as its readers want it."""
    video = {
        "id": 1,
        "width": tracks.width,
        "height": tracks.height,
        "length": len(tracks.frames),
        "file_names": [_file_name(tracks, place) for place in range(len(tracks.frames))],
    }
    head = {
        "info": {"description": tracks.title},
        "licenses": [],
        "videos": [video],
        "categories": [{"id": number, "name": category} for category, number in tracks.categories.items()],
    }
    with target.text("instances.json") as file:
        file.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "annotations": [')
        for track in tracks.objects:
            file.write("\n" if track is tracks.objects[0] else ",\n")
            _write_instance(file, tracks, track)
        file.write("\n]}\n")
    with target.text("results.json") as file:
        file.write("[")
        for track in tracks.objects:
            file.write("\n" if track is tracks.objects[0] else ",\n")
            _write_result(file, tracks, track)
        file.write("\n]\n")
    if tracks.options.images:
        target.add_pictures(tracks, lambda place, frame: f"JPEGImages/{_file_name(tracks, place)}")
    return {}


def _write_instance(file: TextIO, tracks: Tracks, track: Track) -> None:
    size = {"width": tracks.width, "height": tracks.height}
    about = {"id": track.number, "video_id": 1, "category_id": tracks.category_of(track.number), "iscrowd": 0, **size}
    boxes: list[object] = []
    areas: list[object] = []

    def masks() -> Iterable[object]:
        for _, found in tracks.of(track):
            boxes.append(None if found is None else list(found.box))
            areas.append(None if found is None else found.area)
            yield (
                None
                if found is None
                else {"size": [tracks.height, tracks.width], "counts": read_runs(found.counts).tolist()}
            )

    _write_with(file, about, masks())
    file.write(f', "bboxes": {json.dumps(boxes)}, "areas": {json.dumps(areas)}}}')


def _write_result(file: TextIO, tracks: Tracks, track: Track) -> None:
    scores: list[float] = []

    def masks() -> Iterable[object]:
        for _, found in tracks.of(track):
            if found is not None:
                scores.append(found.score)
            yield None if found is None else {**found.rle, "counts": found.counts.decode("ascii")}

    about = {"video_id": 1, "category_id": tracks.category_of(track.number), "track_id": track.number}
    _write_with(file, about, masks())
    file.write(f', "score": {round(sum(scores) / len(scores), 4) if scores else 0.0}}}')


def _write_with(file: TextIO, about: Mapping[str, object], masks: Iterable[object]) -> None:
    """An object with its masks as they come; the caller goes on with it and closes it."""
    file.write(json.dumps(about)[:-1] + ', "segmentations": [')
    for place, mask in enumerate(masks):
        file.write(("," if place else "") + json.dumps(mask, separators=(",", ":")))
    file.write("]")


def _file_name(tracks: Tracks, place: int) -> str:
    return f"{tracks.name}/{place:05d}.jpg"
