"""Is what was found the object? SiamMask always finds something; this says whether to believe it.

Eight signals of a step are weighed by a logistic function into a confidence, the probability that the place found is
the object's. Weights and thresholds belong to a network's weights, as they measure what that network says: they stand
in the manifest beside them and are chosen by `python -m tracking evaluate absence --choose`. Numpy only.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from tracking.errors import BadInput
from tracking.lookalikes import LookAlike


class State(enum.Enum):
    """What a step believes of its object."""

    TRACKED = "tracked"
    DOUBTFUL = "doubtful"  # found, and perhaps not it
    LOST = "lost"  # out of sight: the search goes on


USUAL_RATE = 0.1  # of a sure frame in what is usual for an object: score, area, size and looks
PACE_RATE = 0.2  # of a sure frame in its usual pace
RECENT_RATE = 0.05  # of a sure frame in how the object looks of late
_LIMIT = 3.0  # of a logarithm: past it more says nothing more


class Evidence(NamedTuple):
    """What speaks for and against a find; each about -3..3."""

    score: float  # logit of the target's score, halved
    drop: float  # log of the score over the usual one
    certainty: float  # mean probability of the mask's pixels, 0 where there are none
    fill: float  # |log| of the mask's area over the box's
    agreement: float  # IoU of the box around the mask with the box
    growth: float  # |log| of the mask's area over the usual one
    likeness: float  # cosine of its appearance with the exemplar's
    familiarity: float  # cosine of its appearance with how it looked of late

    @property
    def looks(self) -> float:
        """How like the object it is by its looks alone, -1..1."""
        return (self.likeness + self.familiarity) / 2


@dataclass(frozen=True, slots=True)
class Presence:
    """How evidence is weighed, and from where on a find is doubted, given up and believed again."""

    weights: tuple[float, ...]  # of Evidence's fields, in their order
    bias: float
    doubtful_below: float  # confidence, 0..1
    lost_below: float
    found_above: float
    patience: int = 2  # frames below lost_below in a row, the first of which are doubtful

    def __post_init__(self) -> None:
        if len(self.weights) != len(Evidence._fields):
            raise BadInput(f"presence takes {len(Evidence._fields)} weights, got {len(self.weights)}")
        if not 0 <= self.lost_below <= self.doubtful_below <= 1 or not self.lost_below <= self.found_above <= 1:
            raise BadInput(
                f"0 <= lost_below {self.lost_below:g} <= doubtful_below {self.doubtful_below:g} <= 1, and found_above "
                f"{self.found_above:g} is not below lost_below"
            )
        if self.patience < 1:
            raise BadInput(f"patience is at least 1 frame, got {self.patience}")

    @classmethod
    def of(cls, values: Mapping[str, object]) -> Self:
        """Read a manifest's table. Raises BadInput for one that has other keys or values."""
        try:
            weights = values["weights"]
            if not isinstance(weights, Mapping) or set(weights) != set(Evidence._fields):
                raise BadInput(f"presence.weights has the keys {', '.join(Evidence._fields)}")
            ordered = tuple(float(weights[name]) for name in Evidence._fields)
            rest = {name: value for name, value in values.items() if name != "weights"}
            return cls(weights=ordered, **rest)  # type: ignore[arg-type]  # TOML's numbers; refused below
        except (KeyError, TypeError, ValueError) as fault:
            raise BadInput(f"the table of presence is broken: {fault}") from fault

    def to_toml(self, heading: str) -> str:
        """The table as it stands in a manifest, under this heading."""
        lines = [f"[{heading}]"]
        lines += [f"{field.name} = {getattr(self, field.name):g}" for field in fields(self) if field.name != "weights"]
        named = ", ".join(f"{name} = {w:.3f}" for name, w in zip(Evidence._fields, self.weights, strict=True))
        return "\n".join([*lines, f"weights = {{ {named} }}"]) + "\n"

    def confidence(self, evidence: Evidence) -> float:
        """The probability that the place found is the object's, 0..1."""
        total = self.bias + sum(w * value for w, value in zip(self.weights, evidence, strict=True))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))

    def judge(self, sight: Sight, confidence: float, center: tuple[float, float]) -> tuple[State, Sight]:
        """What to believe of the best find, at center, and how long the object has been doubted or lost then.

        Confidence 0 is a find without a pixel: that is lost at once. One that is found again and doubted is shown, and
        looked for elsewhere until it is sure.
        """
        searching = sight.lost + 1 if sight.lost else 0
        if sight.lost and not sight.shown:
            if confidence < self.found_above:
                hunch = center if confidence >= self.lost_below else None
                return State.LOST, replace(sight, lost=searching, hunch=hunch)
        elif confidence < self.lost_below:
            low = sight.low + 1
            if low >= self.patience or confidence == 0:
                return State.LOST, replace(sight, low=0, lost=searching or 1, shown=False, hunch=None)
            return State.DOUBTFUL, replace(sight, low=low, lost=searching)
        if confidence < self.doubtful_below:
            return State.DOUBTFUL, replace(sight, low=0, lost=searching, shown=searching > 0, hunch=None)
        return State.TRACKED, replace(sight, low=0, lost=0, shown=False, hunch=None)


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """What is remembered of an object to know it again. Vectors are float32 of length 1."""

    ground: NDArray[np.float32]  # [C], the maps' mean around it in the frame it was started on
    spread: NDArray[np.float32]  # [C], and their spread there
    exemplar: NDArray[np.float32]  # [C], its appearance in that frame
    recent: NDArray[np.float32]  # [C], of late
    score: float  # the usual one, 0..1
    area: float  # the usual one, video pixels
    center: tuple[float, float]  # where it was last seen for sure
    size: tuple[float, float]  # the usual one: at the rim of a frame, or half covered, a box is not the object's
    looks: float = 1.0  # the usual ones: the mean of likeness and familiarity
    pace: float = 0.0  # its usual way from one frame to the next, video pixels
    lookalikes: tuple[LookAlike, ...] = ()  # other things that could be taken for it
    crossing: int = 0  # frames in which it may still part from one of them; 0: it met none
    unsure: int = 0  # frames since it was last seen for sure, this one among them
    low: int = 0  # frames in a row that were below lost_below
    lost: int = 0  # frames since it was lost, until it is found for sure; 0: it is in sight
    shown: bool = False  # while lost: it is found again, and in doubt
    hunch: tuple[float, float] | None = None  # while lost, the likeliest place of the frame before

    def appearance(self, pooled: NDArray[np.float32]) -> NDArray[np.float32]:
        """What sets maps averaged over a mask, [C], apart from the ground; zeros where there was no mask."""
        return contrast(pooled, self.ground, self.spread)

    def weigh(
        self, score: float, certainty: float, mask_area: float, agreement: float, box_area: float,
        appearance: NDArray[np.float32],
    ) -> Evidence:  # fmt: skip
        """The evidence of a find, measured against what is remembered. Areas in video pixels."""
        return Evidence(
            score=_limited(0.5 * math.log(max(score, 1e-6) / max(1 - score, 1e-6))),
            drop=_limited(math.log(max(score, 1e-3) / max(self.score, 1e-3))),
            certainty=certainty,
            fill=abs(_ratio(mask_area, box_area)),
            agreement=agreement,
            growth=abs(_ratio(mask_area, self.area)),
            likeness=float(appearance @ self.exemplar),
            familiarity=float(appearance @ self.recent),
        )

    def sure(
        self, score: float, area: float, appearance: NDArray[np.float32],
        center: tuple[float, float], size: tuple[float, float],
    ) -> Self:  # fmt: skip
        """Remember a find that is believed without doubt."""
        looks = float(appearance @ self.exemplar + appearance @ self.recent) / 2
        way = math.dist(center, self.center) / max(1, self.unsure)
        rate = 0.0 if self.crossing else RECENT_RATE  # it may be the other one
        recent = self.recent + np.float32(rate) * (appearance - self.recent)
        length = float(np.linalg.norm(recent))
        return replace(
            self,
            recent=(recent / np.float32(length)).astype(np.float32) if length > 0 else self.recent,
            score=_toward(self.score, score),
            area=_toward(self.area, area),
            looks=_toward(self.looks, looks),
            center=center,
            size=(_toward(self.size[0], size[0]), _toward(self.size[1], size[1])),
            pace=self.pace + PACE_RATE * (way - self.pace),
            unsure=0,
            low=0,
            lost=0,
            shown=False,
            hunch=None,
        )


def contrast(
    pooled: NDArray[np.float32], ground: NDArray[np.float32], spread: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(pooled - ground) / spread at length 1; all [C] float32. Zeros where pooled is not finite."""
    apart = (pooled - ground) / spread
    length = float(np.linalg.norm(apart))
    if not math.isfinite(length) or length == 0:
        return np.zeros_like(ground)
    return (apart / np.float32(length)).astype(np.float32)


def _toward(usual: float, value: float) -> float:
    return usual + USUAL_RATE * (value - usual)


def _limited(value: float) -> float:
    return max(-_LIMIT, min(_LIMIT, value))


def _ratio(one: float, other: float) -> float:
    """log(one / other), limited; a missing one is the limit."""
    return _limited(math.log(one / other)) if one > 0 and other > 0 else -_LIMIT
