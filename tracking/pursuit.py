"""Following objects through frames that come in order, the next one searched while this one's masks are made.

Where to search the next frame is known as soon as this one's search is done: it depends on where the object was found,
not on its mask. What comes after a search takes a fifth of a step, and another core. Where the mask, or what else was
found, shows that the object is not where it was thought to be, the next frame is searched again: the results are those
of Tracker.step, bit for bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracking.searched import Look, Searched
from tracking.track import Step, Track
from tracking.tracker import Tracker


@dataclass(frozen=True, slots=True, eq=False)
class _Begun:
    """A search of the frame that is thought to come next, for the tracks as they are thought to be."""

    frame: NDArray[np.uint8]
    tracks: tuple[Track, ...]
    looks: tuple[Look, ...]
    searched: Future[Searched]

    def is_of(self, frame: NDArray[np.uint8], tracks: Sequence[Track], looks: tuple[Look, ...]) -> bool:
        """Whether a search of this frame for these tracks would be this one."""
        return (
            frame is self.frame
            and looks == self.looks
            and len(tracks) == len(self.tracks)
            and all(
                one.kernels is other.kernels and one.color_mean == other.color_mean
                for one, other in zip(tracks, self.tracks, strict=True)
            )
        )


class Pursuit:
    """A tracker through the frames of one clip. Its thread ends with it."""

    def __init__(self, tracker: Tracker) -> None:
        self.tracker = tracker
        self._begun: _Begun | None = None
        self._core = ThreadPoolExecutor(1, "pursuit")

    def step(
        self, frame: NDArray[np.uint8], tracks: Sequence[Track], coming: NDArray[np.uint8] | None = None
    ) -> tuple[tuple[Track, ...], tuple[Step, ...]]:
        """As Tracker.step. coming: the very array that the next step will be given, where it is known.

        That one must not change in the meantime. With another frame, or other tracks, the next step is only slower.
        """
        if not tracks:
            return (), ()
        begun, self._begun = self._begun, None
        if begun is not None and begun.is_of(frame, tracks, self.tracker.looks(tracks)):
            searched = begun.searched.result()
        else:
            searched = self.tracker.search(frame, tracks)
        foreseen = self.tracker.foreseen(searched) if self.tracker.spare_core else None
        if coming is not None and foreseen:
            search = self._core.submit(self.tracker.search, coming, foreseen)
            self._begun = _Begun(coming, foreseen, self.tracker.looks(foreseen), search)
        return self.tracker.conclude(searched, tracks)
