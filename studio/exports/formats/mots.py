"""MOTS: a line of text for each mask, and 16-bit PNGs of the same, in the folders that TrackEval looks in."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from studio.exports.layers import Layer, flatten
from studio.exports.options import ALL_ANNOTATIONS
from studio.exports.runs import counts_of
from studio.exports.spool import Found
from studio.exports.target import Target
from studio.exports.tracks import Tracks
from studio.media.png import label_png

name = "mots"
title = "MOTS"
sentence = "MOTSChallenge text and 16-bit PNGs, read by TrackEval. Where objects overlap, a pixel goes to one of them."
lossy: tuple[str, ...] = (
    "Where objects overlap, a pixel belongs to one of them only.",
    "MOTS knows cars and pedestrians; whatever is not named car is written as a pedestrian.",
    "Scores and rotated boxes are not held.",
)
frame_base = 1
checked_with = "TrackEval 1.3, Pillow 13"
options = ALL_ANNOTATIONS | {"images", "overlap"}

CAR, PEDESTRIAN = 1, 2
INSTANCES = 1000  # of a class; an id is class * INSTANCES + instance
SET = "MOTS-train"  # TrackEval's name of the folder


def write(tracks: Tracks, target: Target) -> Mapping[str, object]:
    """MOTS-train/<clip>/gt/gt.txt, seqinfo.ini and instances/, seqmaps/MOTS-train.txt; frames from 1 without gaps."""
    folder = f"{SET}/{tracks.name}"
    ids = _ids(tracks)
    size = (tracks.height, tracks.width)
    lines: list[str] = []
    decided = 0
    for moment in tracks.moments():
        layer = flatten(moment.found, tracks.options.overlap, ids, np.uint16)
        decided += layer.decided
        for found in moment.found:
            identity = ids[found.number]
            counts = _counts(found, layer, identity)
            if counts is not None:
                about = f"{moment.place + 1} {identity} {identity // INSTANCES} {tracks.height} {tracks.width}"
                lines.append(f"{about} {counts.decode('ascii')}\n")
        picture = label_png(layer.labels, at=(layer.x, layer.y), size=size)
        target.add(f"{folder}/instances/{moment.place + 1:06d}.png", picture)
    target.add(f"{folder}/gt/gt.txt", "".join(lines))
    target.add(f"{folder}/instances/labels.txt", "background\ncar\npedestrian\n")
    target.add(f"{folder}/seqinfo.ini", sequence_info(tracks))
    target.add(f"seqmaps/{SET}.txt", f"name\n{tracks.name}\n")
    if tracks.options.images:
        target.add_pictures(tracks, lambda place, frame: f"{folder}/img1/{place + 1:06d}.jpg")
    return {"ids": {str(number): identity for number, identity in ids.items()}, "decided_pixels": decided}


def sequence_info(tracks: Tracks) -> str:
    """seqinfo.ini, as the MOTChallenges have it."""
    rate = float(tracks.clip.frame_rate / tracks.options.every)
    return (
        f"[Sequence]\nname={tracks.name}\nimDir=img1\nframeRate={rate:g}\n"
        f"seqLength={len(tracks.frames)}\nimWidth={tracks.width}\nimHeight={tracks.height}\nimExt=.jpg\n"
    )


def _ids(tracks: Tracks) -> Mapping[int, int]:
    """Class and instance of each object as one number; an instance too large for that is the object's place."""
    numbers = [track.number for track in tracks.objects]
    fits = max(numbers) < INSTANCES
    return {
        track.number: (CAR if track.category.lower() == "car" else PEDESTRIAN) * INSTANCES
        + (track.number if fits else place)
        for place, track in enumerate(tracks.objects, start=1)
    }


def _counts(found: Found, layer: Layer[np.uint16], identity: int) -> bytes | None:
    """Compressed run lengths of what an object has in a layer: as they were where it lost nothing, None for nothing."""
    if not layer.decided:
        return found.counts
    bits = layer.labels == identity
    left = int(np.count_nonzero(bits))
    if left == found.area:
        return found.counts
    return counts_of(bits, (layer.x, layer.y), (found.height, found.width)) if left else None
