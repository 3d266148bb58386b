"""A tracker's hyper-parameters and the conventions that belong to them, one frozen set a published model.

The two references differ in more than numbers: pysot rounds crops another way, measures a box's centre
between pixel centres, clamps before it pastes and pastes on another border. All of that is named here, so
that tracker.py has one path.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace

from tracking.errors import UnknownProfile


class Rounding(enum.Enum):
    """How a search region's corner becomes whole pixels."""

    HALF_EVEN = "half-even"  # Python's round, as SiamMask tools/test.py
    HALF_UP = "half-up"  # floor(x + 0.5), as pysot base_tracker.py


class Center(enum.Enum):
    """Where the centre of a box x, y, w, h lies."""

    EDGES = "edges"  # x + w / 2, as SiamMask's demo and VOS test
    PIXELS = "pixels"  # x + (w - 1) / 2, as pysot


@dataclass(frozen=True, slots=True)
class Profile:
    """What a tracker is set to; everything a run's result depends on beside weights and frames."""

    name: str
    mask_threshold: float  # a pixel belongs to the object above this probability
    penalty_k: float  # how hard a change of size or shape is punished
    window_influence: float  # 0: score alone, 1: nearness to the last place alone
    learning_rate: float  # share of the new size in the smoothed size, before the score's own weight
    mask_side: int = 127  # 127: refined mask; 63: coarse mask
    rounding: Rounding = Rounding.HALF_EVEN
    center: Center = Center.EDGES
    clamp_before_mask: bool = False  # matters only for the box that stands in for an empty mask
    mask_border: float = -1.0  # the value around a pasted mask; edges fade towards it


DAVIS = Profile("davis", mask_threshold=0.35, penalty_k=0.04, window_influence=0.40, learning_rate=1.0)
VOT = Profile("vot", mask_threshold=0.30, penalty_k=0.04, window_influence=0.42, learning_rate=0.25)
VOT_LD = Profile("vot_ld", mask_threshold=0.15, penalty_k=0.10, window_influence=0.41, learning_rate=0.32)
BASE = Profile("base", mask_threshold=0.30, penalty_k=0.09, window_influence=0.39, learning_rate=0.38, mask_side=63)
PYSOT = replace(
    VOT_LD,
    name="pysot",
    rounding=Rounding.HALF_UP,
    center=Center.PIXELS,
    clamp_before_mask=True,
    mask_border=0.0,
)
DEFAULT = replace(DAVIS, name="default")

PROFILES = {profile.name: profile for profile in (DEFAULT, DAVIS, VOT, VOT_LD, BASE, PYSOT)}


def profile_named(name: str) -> Profile:
    """The profile of this name. Raises UnknownProfile, listing the names there are."""
    try:
        return PROFILES[name]
    except KeyError:
        raise UnknownProfile(f"there is no profile {name!r}; there are {', '.join(PROFILES)}") from None
