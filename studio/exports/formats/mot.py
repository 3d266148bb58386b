"""MOTChallenge: a line of text for each box, as ground truth and as a tracker's results."""

from __future__ import annotations

from collections.abc import Mapping

from studio.exports.formats.mots import sequence_info
from studio.exports.options import ALL_ANNOTATIONS
from studio.exports.target import Target
from studio.exports.tracks import Tracks

name = "mot"
title = "MOTChallenge"
sentence = "Text with a box for each object and frame, read by TrackEval and most trackers. The masks are not in it."
lossy: tuple[str, ...] = ("Masks and rotated boxes are not held, only upright boxes.", "Every object is a pedestrian.")
frame_base = 1
checked_with = "TrackEval 1.3"
options = ALL_ANNOTATIONS | {"images"}

SET = "MOT17-train"  # TrackEval's name of the folder


def write(tracks: Tracks, target: Target) -> Mapping[str, object]:
    """MOT17-train/<clip>/gt/gt.txt and seqinfo.ini, results/<clip>.txt; frames and pixels from 1."""
    folder = f"{SET}/{tracks.name}"
    results: list[str] = []
    with target.text(f"{folder}/gt/gt.txt") as file:
        for moment in tracks.moments():
            for found in moment.found:
                x, y, width, height = found.box
                box = f"{moment.place + 1},{found.number},{x + 1},{y + 1},{width},{height}"
                file.write(f"{box},1,1,1\n")  # counts, pedestrian, wholly visible
                results.append(f"{box},{found.score:.4f},-1,-1,-1\n")
    target.add(f"results/{tracks.name}.txt", "".join(results))
    target.add(f"{folder}/seqinfo.ini", sequence_info(tracks))
    target.add(f"seqmaps/{SET}.txt", f"name\n{tracks.name}\n")
    if tracks.options.images:
        target.add_pictures(tracks, lambda place, frame: f"{folder}/img1/{place + 1:06d}.jpg")
    return {}
