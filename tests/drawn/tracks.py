"""Masks that are hard to carry: two objects over each other, a hole, two parts, gaps, one pixel, one that comes late.

The picture's sides are odd, and the last object has a number that no list of objects would give it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import cv2
import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco

from drawn.clips import draw_clip, write_pictures
from studio.exports.options import Options
from studio.exports.spool import Found, Spool, spool
from studio.exports.tracks import Track, Tracks
from studio.media.clip import Clip
from studio.media.reader import open_clip

WIDTH, HEIGHT, FRAMES = 67, 45, 9
OBJECTS = (
    Track(1, "ring 1", (76, 194, 255)),
    Track(2, "two parts", (255, 176, 0)),
    Track(3, "ring 2", (123, 216, 143)),
    Track(7, "=late\u00e9", (255, 107, 138)),
)
Masks = Mapping[tuple[int, int], NDArray[np.bool_]]


def draw_masks() -> Masks:
    """(frame, number) -> [HEIGHT, WIDTH] bool."""
    masks: dict[tuple[int, int], NDArray[np.bool_]] = {}
    for frame in range(FRAMES):
        ring = np.zeros((HEIGHT, WIDTH), np.uint8)
        cv2.circle(ring, (20 + frame, 22), 14, 1, -1)
        cv2.circle(ring, (20 + frame, 22), 5, 0, -1)
        masks[frame, 1] = ring > 0
        parts = np.zeros((HEIGHT, WIDTH), np.bool_)
        parts[10:20, 25 : 40 + frame] = True  # over the ring
        parts[40:, 60:] = True  # down to the corner
        if frame not in (3, 4, 5):
            masks[frame, 2] = parts
        speck = np.zeros((HEIGHT, WIDTH), np.bool_)
        speck[frame, 0] = True  # the first column, in frame 0 the first pixel
        masks[frame, 3] = speck
        if frame >= 6:
            late = np.zeros((HEIGHT, WIDTH), np.bool_)
            late[20:44, 3:6] = True
            late[30, 3:30] = True
            masks[frame, 7] = late
    return masks


def found_of(masks: Masks) -> list[Found]:
    """What a tracker would have written of them; scores rise with the frame and fall with the number."""
    return [
        Found(
            frame=frame,
            number=number,
            width=bits.shape[1],
            height=bits.shape[0],
            counts=counts_of(bits),
            area=int(bits.sum()),
            score=round(0.5 + frame / 100 - number / 50, 4),
            corners=corners_of(bits),
            state="prompt" if frame == 0 else "tracked",
        )
        for (frame, number), bits in sorted(masks.items())
    ]


def counts_of(bits: NDArray[np.bool_]) -> bytes:
    counts: bytes = coco.encode(np.asfortranarray(bits, np.uint8))["counts"]
    return counts


def corners_of(bits: NDArray[np.bool_]) -> tuple[float, ...]:
    """A box a little turned, wherever the mask is."""
    x, y, width, height = cv2.boundingRect(bits.astype(np.uint8))
    return (x, y + 0.5, x + width - 0.25, float(y), x + width, y + height - 0.5, x + 0.25, float(y + height))


def picture_clip(folder: Path) -> Clip:
    """Pictures of the masks' size."""
    return open_clip(write_pictures(folder / "pictures", draw_clip(FRAMES, WIDTH, HEIGHT).frames))


@contextmanager
def spooled(found: Iterable[Found], folder: Path) -> Iterator[Spool]:
    """Masks as an export reads them."""
    path = folder / f"{uuid4()}.masks"
    spool(found, path)
    with Spool(path) as masks:
        path.unlink()
        yield masks


@contextmanager
def tracks_in(
    folder: Path, options: Options | None = None, masks: Masks | None = None, title: str = "My clip.mp4"
) -> Iterator[Tracks]:
    """The masks as a format gets them; without a choice of objects all four are there."""
    chosen = options or Options()
    objects = OBJECTS if chosen.objects is None else tuple(t for t in OBJECTS if t.number in chosen.objects)
    numbers = {track.number for track in objects}
    found = [
        one
        for one in found_of(draw_masks() if masks is None else masks)
        if one.number in numbers and one.frame in chosen.frames(FRAMES)
    ]
    with spooled(found, folder) as masks_there:
        yield Tracks(title, picture_clip(folder), objects, masks_there, chosen)
