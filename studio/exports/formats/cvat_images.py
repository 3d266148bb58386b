"""CVAT for images 1.1: exact masks, each with the number of its object."""

from __future__ import annotations

from collections.abc import Mapping

from studio.exports.formats.cvat_xml import attributes, head
from studio.exports.options import ALL_ANNOTATIONS
from studio.exports.runs import runs_of
from studio.exports.spool import Found
from studio.exports.target import Target
from studio.exports.tracks import Tracks

name = "cvat-images"
title = "CVAT for images"
sentence = (
    "XML with exact masks, frame by frame, for CVAT and datumaro. The objects' numbers are an attribute, not tracks."
)
lossy: tuple[str, ...] = (
    "Masks of one object hang together by an attribute only.",
    "Scores and rotated boxes are not held.",
)
frame_base = 0
checked_with = "datumaro 1.13"
options = ALL_ANNOTATIONS | {"images", "absent"}


def write(tracks: Tracks, target: Target) -> Mapping[str, object]:
    """annotations.xml; the pictures, where wanted, are images/<frame>.jpg."""
    labels = {track.number: track.category for track in tracks.objects}
    with target.text("annotations.xml") as file:
        file.write(head(tracks, "annotation", "track_id"))
        for moment in tracks.moments():
            if not moment.found and not tracks.options.absent:
                continue
            size = {"width": tracks.width, "height": tracks.height}
            file.write(f"<image{attributes({'id': moment.place, 'name': _file_name(moment.frame), **size})}>\n")
            for found in moment.found:
                file.write(f"<mask{attributes(_mask(found, labels[found.number]))}>")
                file.write(f'<attribute name="track_id">{found.number}</attribute></mask>\n')
            file.write("</image>\n")
        file.write("</annotations>\n")
    if tracks.options.images:
        target.add_pictures(tracks, lambda place, frame: f"images/{_file_name(frame)}")
    return {}


def _mask(found: Found, label: str) -> Mapping[str, object]:
    x, y, bits = found.crop()
    height, width = bits.shape
    runs = runs_of(bits, by_columns=False)
    return {
        "label": label,
        "source": "auto",
        "occluded": 0,
        "rle": ", ".join(str(run) for run in runs),
        "left": x,
        "top": y,
        "width": width,
        "height": height,
        "z_order": found.number,
    }


def _file_name(frame: int) -> str:
    return f"{frame:06d}.jpg"
