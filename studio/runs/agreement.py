"""Where two ways through the same frames say the same: when a new run may stop, and where two halves are joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pycocotools import mask as coco

SAME_IOU = 0.9  # masks that overlap so much are the same find
SAME_FRAMES = 10  # in a row, after which nothing new is expected
_AROUND = 1  # frames on each side of a join that should agree too: one frame alone may be chance


@dataclass(frozen=True, slots=True)
class Streak:
    """How many frames in a row a new mask was that of before."""

    frames: int = 0

    def after(self, new: bytes, old: bytes | None, height: int, width: int) -> Streak:
        """With one more frame: its new run lengths and those that were there, None where there were none.

        Two empty masks say nothing: out of sight twice is no agreement on where it is.
        """
        if old is None:
            return Streak()
        if not area(new, height, width) and not area(old, height, width):
            return self
        return Streak(self.frames + 1) if overlap(new, old, height, width) >= SAME_IOU else Streak()

    @property
    def agrees(self) -> bool:
        """Whether it has been long enough to stop."""
        return self.frames >= SAME_FRAMES


def overlap(one: bytes, other: bytes, height: int, width: int) -> float:
    """Intersection over union of two masks given as COCO's compressed run lengths; 1 where both are empty."""
    a, b = _rle(one, height, width), _rle(other, height, width)
    if not coco.area(a) and not coco.area(b):
        return 1.0
    return float(coco.iou([a], [b], [0])[0, 0])


def area(counts: bytes, height: int, width: int) -> int:
    """How many pixels a mask has."""
    return int(coco.area(_rle(counts, height, width)))


def best_join(agreement: Sequence[float]) -> int:
    """The last place that keeps the first way, where the two agree best over it and its neighbours.

    agreement: of each frame between the two key frames, 0..1, in order. Of equals the one nearest to the middle.
    """
    count = len(agreement)
    middle = (count - 1) / 2

    def around(place: int) -> float:
        near = agreement[max(0, place - _AROUND) : place + _AROUND + 1]
        return sum(near) / len(near)

    return max(range(count), key=lambda place: (round(around(place), 3), -abs(place - middle)))


def _rle(counts: bytes, height: int, width: int) -> dict[str, object]:
    return {"size": [height, width], "counts": counts}
