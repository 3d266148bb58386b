"""The objects before one colour, such as green for a keyer, or before a picture of one's own."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from studio.exports.effects.cover import inward, masked, mix
from studio.exports.effects.filming import mp4, rgb_of, write_film
from studio.exports.options import ALL_FILMS
from studio.exports.tracks import Moment, Tracks
from studio.media.clip import Clip, Picture
from studio.media.errors import CannotWrite, UnreadableVideo
from studio.media.pictures import read_picture

name = "background"
title = "New background"
sentence = (
    "MP4 with one colour, or a picture of your own, behind the objects; size, timing and sound are the original's."
)
ending = mp4
options = ALL_FILMS | {"feather", "color", "picture"}


def write(tracks: Tracks, path: Path) -> None:
    """A soft edge lies inside the objects, so that nothing of the old ground is left around them."""
    plain = np.empty((tracks.height, tracks.width, 3), np.uint8)
    plain[:] = rgb_of(tracks.options.color)
    if tracks.backdrop is not None:
        plain = filling(_picture(tracks.backdrop), tracks.clip)

    def stand(moment: Moment, picture: Picture) -> Picture:
        return mix(picture, plain, inward(masked(moment.found, picture.shape[:2]), tracks.options.feather))

    write_film(tracks, path, stand)


def filling(picture: Picture, clip: Clip) -> Picture:
    """The middle of a picture as large as the clip's, covering it; its pixels are square, the clip's may not be."""
    height, width = picture.shape[:2]
    aspect = float(clip.pixel_aspect)
    scale = max(clip.width * aspect / width, clip.height / height)
    across, down = min(width, round(clip.width * aspect / scale)), min(height, round(clip.height / scale))
    left, top = (width - across) // 2, (height - down) // 2
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    middle = np.ascontiguousarray(picture[top : top + down, left : left + across])
    return np.asarray(cv2.resize(middle, (clip.width, clip.height), interpolation=way), np.uint8)


def _picture(path: Path) -> Picture:
    try:
        return read_picture(path)
    except UnreadableVideo as fault:
        raise CannotWrite("the picture behind the objects is no longer there; send it again") from fault
