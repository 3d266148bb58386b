"""Where to look for an object that is out of sight: near its last place first, then ever wider, then all over again.

A search region sees an object whose middle lies within a quarter of its side; regions half a side apart leave no gap.
One of a frame's looks stays in the neighbourhood, the others go through the whole frame: an object comes back where
it went more often than elsewhere, but not always.
"""

from __future__ import annotations

import math

Point = tuple[float, float]  # x, y in video pixels

FAR = 2  # looks a frame at the whole picture, beside the one near the last place
_NEAR = 9  # regions that are its neighbourhood, its own among them


def regions(last: Point, side: float, frame_width: int, frame_height: int) -> list[Point]:
    """The middles of search regions of `side` px that cover the frame, the nearest to the last place first."""
    xs, ys = _steps(frame_width, side / 2), _steps(frame_height, side / 2)
    return sorted(
        [(x, y) for y in ys for x in xs], key=lambda place: math.hypot(place[0] - last[0], place[1] - last[1])
    )


def looks(last: Point, side: float, frame_width: int, frame_height: int, lost: int, hunch: Point | None) -> list[Point]:
    """Where to look in a frame: 1 + FAR middles, fewer in a frame that fewer regions cover.

    lost: frames since it went out of sight, from 1. hunch: a place worth a second look, before any other.
    """
    places = regions(last, side, frame_width, frame_height)
    near, far = [last, *places[: _NEAR - 1]], places[_NEAR - 1 :] or places
    turn = lost - 1
    chosen = [hunch if hunch is not None else near[turn % len(near)]]
    chosen += [far[(turn * FAR + index) % len(far)] for index in range(min(FAR, len(far)))]
    return chosen


def _steps(length: float, step: float) -> list[float]:
    """Places along a side, `step` apart at most, the outer ones half a step from its ends."""
    count = max(1, math.ceil(length / step))
    return [(index + 0.5) * length / count for index in range(count)]
