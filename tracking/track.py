"""What a tracker remembers of an object between two frames, and what it says of it in one.

Both are plain values. A Track written to bytes and read by another process goes on bit for bit as if nothing had
happened; reading one needs numpy only, and unpickles nothing.
"""

from __future__ import annotations

import enum
import io
import json
from dataclasses import dataclass
from typing import Self
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from tracking.errors import BadTrack
from tracking.mask import Mask

_FORMAT = "siammask-track/1"
_KERNELS = ("cls", "loc", "mask")


class State(enum.Enum):
    """What a step believes of its object."""

    TRACKED = "tracked"
    LOST = "lost"  # not one pixel above the threshold


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

    def to_bytes(self) -> bytes:
        """The track as an .npz archive; equal tracks give equal bytes."""
        scalars = {
            "format": _FORMAT,
            "frame_size": [self.frame_width, self.frame_height],
            "frame_count": self.frame_count,
            "network": self.network,
        }
        arrays: dict[str, NDArray[np.generic]] = {
            "scalars": np.frombuffer(json.dumps(scalars, sort_keys=True).encode(), np.uint8),
            "state": np.array([*self.center, *self.size, *self.color_mean], np.float64),
        }
        arrays |= dict(zip(_KERNELS, self.kernels, strict=True))
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
            if scalars["format"] != _FORMAT or len(state) != 7:
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
            )
        except (ValueError, KeyError, TypeError, EOFError, OSError, BadZipFile) as fault:
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
