"""VOT text: a sequence for each object, a line for each frame."""

from __future__ import annotations

from collections.abc import Mapping

from studio.exports.options import ALL_ANNOTATIONS
from studio.exports.runs import runs_of
from studio.exports.spool import Found
from studio.exports.target import Target
from studio.exports.tracks import Tracks

name = "vot"
title = "VOT"
sentence = "A text file for each object with a rotated box, box or mask for each frame, as the VOT toolkit reads them."
lossy: tuple[str, ...] = (
    "Scores and names are not held.",
    "Rotated boxes and boxes say less than masks; masks are exact.",
)
frame_base = 0
checked_with = "the test suite's own reader of VOT's grammar; the VOT toolkit by hand"
options = ALL_ANNOTATIONS | {"region"}


def write(tracks: Tracks, target: Target) -> Mapping[str, object]:
    """<clip>-<object>/groundtruth.txt for each object, list.txt with the sequences' names."""
    sequences = []
    for track in tracks.objects:
        sequence = f"{tracks.name}-{track.number}"
        sequences.append(sequence)
        with target.text(f"{sequence}/groundtruth.txt") as file:
            for _, found in tracks.of(track):
                file.write(_line(found, tracks.options.region) + "\n")
        target.add(
            f"{sequence}/sequence",
            f"name={sequence}\nfps={float(tracks.clip.frame_rate):g}\nformat=default\nchannels.default=%08d.jpg\n"
            f"width={tracks.width}\nheight={tracks.height}\nlength={len(tracks.frames)}\n",
        )
    target.add("list.txt", "".join(f"{sequence}\n" for sequence in sequences))
    return {"sequences": dict(zip(sequences, (track.number for track in tracks.objects), strict=True))}


def _line(found: Found | None, region: str) -> str:
    if found is None:
        return "0"  # VOT's word for a frame without the object
    if region == "rotated":
        return ",".join(f"{value:.4f}" for value in found.corners)
    if region == "box":
        return ",".join(f"{value:.4f}" for value in found.box)
    x, y, bits = found.crop()
    height, width = bits.shape
    runs = runs_of(bits, by_columns=False)
    return ",".join(str(value) for value in (f"m{x}", y, width, height, *runs))
