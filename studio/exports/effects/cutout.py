"""The objects alone, all else transparent: WebM with VP9, MOV with ProRes 4444, or a zip of PNG files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np

from studio.exports.effects.cover import Cover, inward, masked, mix, near
from studio.exports.effects.filming import frames_of, write_film
from studio.exports.options import RANGE, Options
from studio.exports.target import Target
from studio.exports.tracks import Moment, Tracks
from studio.media.ahead import ahead
from studio.media.clip import Picture
from studio.media.codecs import PRORES_4444, VP9_ALPHA
from studio.media.errors import CannotWrite

name = "cutout"
title = "Cut-out film"
sentence = (
    "The objects on nothing: WebM for browsers, MOV (ProRes 4444) for editors, both with sound, or a zip of PNG files."
)
options = RANGE | {"sound", "feather", "container", "alpha"}

SPREAD_PX = 16  # how far an object's colours go on where it is transparent: halved colours and filters reach there
_ENDINGS: Mapping[str, str] = {"webm": ".webm", "mov": ".mov", "png": ".zip"}


def ending(chosen: Options) -> str:
    """The container's."""
    return _ENDINGS[chosen.container]


def write(tracks: Tracks, path: Path) -> None:
    """Straight colours go on a little beyond the edge, so that no filter draws the ground in; premultiplied are 0."""
    cut = _cut(tracks)
    if tracks.options.container == "png":
        _write_files(tracks, path, cut)
    else:
        write_film(tracks, path, cut, codec=VP9_ALPHA if tracks.options.container == "webm" else PRORES_4444)


def _cut(tracks: Tracks) -> Callable[[Moment, Picture], Picture]:
    """[H, W, 4] RGBA of a frame."""
    chosen = tracks.options

    def cut(moment: Moment, picture: Picture) -> Picture:
        cover = inward(masked(moment.found, picture.shape[:2]), chosen.feather)
        if chosen.alpha == "premultiplied":
            colors = mix(picture, np.zeros_like(picture), cover)
        else:
            colors = _spread(picture, cover)
        return np.asarray(cv2.merge([colors, np.round(cover * 255).astype(np.uint8)]), np.uint8)

    return cut


def _spread(picture: Picture, cover: Cover) -> Picture:
    """The picture where it is seen, around it each pixel the nearest seen one's colour, black farther away."""
    seen = cover > 0
    spread = np.zeros_like(picture)
    if not seen.any():
        return spread
    cv2.copyTo(picture, seen.view(np.uint8), spread)
    region = near(seen, SPREAD_PX)
    here = np.ascontiguousarray(seen[region])
    distance, nearest = cv2.distanceTransformWithLabels(
        (~here).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    colors = np.zeros((int(nearest.max()) + 1, 3), np.uint8)
    colors[nearest[here]] = spread[region][here]
    around = (distance > 0) & (distance <= SPREAD_PX)
    spread[region][around] = colors[nearest[around]]
    return spread


def _write_files(tracks: Tracks, path: Path, cut: Callable[[Moment, Picture], Picture]) -> None:
    """00000.png and so on, one a frame, and times.csv, which says when each is shown. There is no sound."""
    lines = ["file,seconds,duration"]
    clip = tracks.clip
    with Target(path) as target, closing(ahead(frames_of(tracks))) as pictures:
        for moment, picture in zip(tracks.moments(), pictures, strict=True):
            done, data = cv2.imencode(".png", cv2.cvtColor(cut(moment, picture), cv2.COLOR_RGBA2BGRA))
            if not done:
                raise CannotWrite(f"Frame {moment.frame} cannot be written as a picture.")
            file = f"{moment.frame:05d}.png"
            target.add(file, data.tobytes())
            shown = float(clip.duration(moment.frame) * clip.time_base)
            lines.append(f"{file},{clip.seconds(moment.frame):.6f},{shown:.6f}")
        target.add("times.csv", "\n".join([*lines, ""]))
