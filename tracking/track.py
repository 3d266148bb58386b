"""What a tracker remembers of an object between two frames, and what it says of it in one.

Both are plain values. A Track written to bytes and read by another process goes on bit for bit as if nothing had
happened; reading one needs numpy only, and unpickles nothing.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import Any, Self
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from tracking.errors import BadTrack
from tracking.lookalikes import LookAlike
from tracking.mask import Mask
from tracking.presence import Evidence, Sight
from tracking.presence import State as State

_FORMAT = "siammask-track/3"
_FORMATS = ("siammask-track/1", "siammask-track/2", _FORMAT)  # the first knew no sight, the second no look-alikes
_KERNELS = ("cls", "loc", "mask")
_VECTORS = ("ground", "spread", "exemplar", "recent")  # of a sight


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One object being followed. Positions are video pixels, float64."""

    center: tuple[float, float]  # x, y
    size: tuple[float, float]  # width, height
    kernels: tuple[NDArray[np.float32], ...]  # cls, loc, mask: [C, 5, 5] float32, the template as the network keeps it
    color_mean: tuple[float, float, float]  # RGB mean of the start frame; fills what lies outside a frame
    frame_width: int
    frame_height: int
    frame_count: int  # frames stepped since the start
    network: str  # the fingerprint of the weights that made the kernels
    sight: Sight | None = None  # what tells it from others; None where nothing asks

    def to_bytes(self) -> bytes:
        """The track as an .npz archive; equal tracks give equal bytes."""
        scalars = {
            "format": _FORMAT,
            "frame_size": [self.frame_width, self.frame_height],
            "frame_count": self.frame_count,
            "network": self.network,
        }
        if self.sight is not None:
            scalars["sight"] = {name: getattr(self.sight, name) for name in _SIGHT}
            scalars["lookalikes"] = [[*one.center, one.unseen, one.looks] for one in self.sight.lookalikes]
        arrays: dict[str, NDArray[np.generic]] = {
            "scalars": np.frombuffer(json.dumps(scalars, sort_keys=True).encode(), np.uint8),
            "state": np.array([*self.center, *self.size, *self.color_mean], np.float64),
        }
        arrays |= dict(zip(_KERNELS, self.kernels, strict=True))
        if self.sight is not None:
            arrays |= {name: getattr(self.sight, name) for name in _VECTORS}
        archive = io.BytesIO()
        np.savez(archive, allow_pickle=False, **arrays)
        return archive.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read what to_bytes wrote. Raises BadTrack for anything else; nothing is unpickled."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as archive:
                scalars = json.loads(archive["scalars"].tobytes())
                state = [float(value) for value in archive["state"]]
                kernels = tuple(archive[name] for name in _KERNELS)
                sight = scalars.get("sight")
                others = scalars.get("lookalikes", [])
                seen = None if sight is None else _sight(sight, others, [archive[name] for name in _VECTORS])
            if scalars["format"] not in _FORMATS or len(state) != 7:
                raise BadTrack(f"a track must be of format {_FORMAT}, got {scalars['format']!r}")
            if any(kernel.dtype != np.float32 or kernel.ndim != 3 for kernel in kernels):
                raise BadTrack("a track's kernels must be float32 [C, 5, 5]")
            width, height = scalars["frame_size"]
            return cls(
                center=(state[0], state[1]),
                size=(state[2], state[3]),
                kernels=kernels,
                color_mean=(state[4], state[5], state[6]),
                frame_width=int(width),
                frame_height=int(height),
                frame_count=int(scalars["frame_count"]),
                network=str(scalars["network"]),
                sight=seen,
            )
        except (ValueError, KeyError, TypeError, AttributeError, EOFError, OSError, BadZipFile) as fault:
            raise BadTrack(f"these {len(data)} bytes are not a track: {fault}") from fault


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """What was found of one object in one frame."""

    score: float  # 0..1, the target's softmax score at the chosen anchor, before any penalty
    center: tuple[float, float]  # x, y in video pixels, clamped to the frame
    size: tuple[float, float]  # width, height in video pixels, at least 10
    rotated_box: NDArray[np.float64]  # [4, 2] corners x, y: around the mask's largest part, else the box's corners
    mask: Mask
    state: State
    confidence: float = 1.0  # 0..1, that the place found is the object's; 1 where nothing asks
    evidence: Evidence | None = None  # what spoke for and against it; None where nothing asks


# a sight's scalars; JSON keeps a float64's every bit
_SIGHT = ("score", "area", "center", "size", "looks", "pace", "crossing", "unsure", "low", "lost", "shown", "hunch")


def _sight(scalars: dict[str, Any], lookalikes: list[list[float]], vectors: list[NDArray[np.float32]]) -> Sight:
    if len({vector.shape for vector in vectors}) != 1 or any(v.dtype != np.float32 or v.ndim != 1 for v in vectors):
        raise BadTrack("a sight's vectors must be float32 [C]")
    hunch = scalars["hunch"]
    ground, spread, exemplar, recent = vectors
    return Sight(
        ground=ground,
        spread=spread,
        exemplar=exemplar,
        recent=recent,
        score=float(scalars["score"]),
        area=float(scalars["area"]),
        center=_pair(scalars["center"]),
        size=_pair(scalars["size"]),
        looks=float(scalars.get("looks", 1)),
        pace=float(scalars.get("pace", 0)),
        lookalikes=tuple(
            LookAlike((float(x), float(y)), int(unseen), float(looks)) for x, y, unseen, looks in lookalikes
        ),
        crossing=int(scalars.get("crossing", 0)),
        unsure=int(scalars.get("unsure", scalars["lost"])),
        low=int(scalars["low"]),
        lost=int(scalars["lost"]),
        shown=bool(scalars.get("shown", False)),
        hunch=None if hunch is None else _pair(hunch),
    )


def _pair(values: list[float]) -> tuple[float, float]:
    one, other = values
    return float(one), float(other)
