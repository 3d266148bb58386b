"""A frame that was searched: where the network looked, what it found there, and the mask of each find."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracking.mask import Mask
from tracking.siammask import Response
from tracking.track import Track


@dataclass(frozen=True, slots=True)
class Look:
    """A search region to look at for a track."""

    track: int  # its place among the tracks of the frame
    center: tuple[float, float]  # video pixels
    size: tuple[float, float]  # the object's, as it is remembered
    anywhere: bool = False  # the object is as likely at the region's rim as in its middle

    def moved(self, box: Sequence[float], scale: float, rate: float) -> tuple[tuple[float, float], tuple[float, float]]:
        """Center and size in video pixels of a box x, y, w, h found here, in crop pixels from the region's middle.

        scale: crop pixels a video pixel. rate: how far the size follows, 0..1, as SiamMask tools/test.py.
        """
        x, y, width, height = box
        return (self.center[0] + x / scale, self.center[1] + y / scale), (
            self.size[0] * (1 - rate) + width / scale * rate,
            self.size[1] * (1 - rate) + height / scale * rate,
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a look found something, before its mask is made; in video pixels."""

    look: int  # among the search's looks
    side: int  # of the search region
    row: int  # of the response map
    column: int
    score: float
    center: tuple[float, float]
    size: tuple[float, float]  # smoothed, as the track's


@dataclass(frozen=True, slots=True, eq=False)
class Searched:
    """A frame after the network's pass over it. The first places are its looks' own, in their order."""

    tracks: tuple[Track, ...]
    looks: tuple[Look, ...]
    places: tuple[Place, ...]
    response: Response | None  # None where there was nothing to look for


@dataclass(frozen=True, slots=True, eq=False)
class Find:
    """What a look found, in video pixels."""

    look: Look
    score: float
    center: tuple[float, float]
    size: tuple[float, float]  # smoothed, as the track's
    mask: Mask
    features: NDArray[np.float32] | None  # the maps' mean over the mask, where presence is asked for

    @property
    def area(self) -> float:
        """Of the mask, in video pixels."""
        return float(np.count_nonzero(self.mask.bits()))
