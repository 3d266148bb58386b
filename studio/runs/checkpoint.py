"""Where a run stands, as bytes beside its masks: written in their transaction, read by whoever goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgpack

_FORMAT = "studio-run/1"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The first picture still to be looked at, and what is remembered of everyone followed there."""

    sweep: int = 0  # index into the plan's
    frame: int | None = None  # None: from the sweep's beginning
    done: int = 0  # masks made
    tracks: Mapping[str, bytes] = field(default_factory=dict)  # subject -> tracking.Track.to_bytes()

    def to_bytes(self) -> bytes:
        """msgpack of plain values."""
        fields = [_FORMAT, self.sweep, self.frame, self.done, dict(self.tracks)]
        packed: bytes = msgpack.packb(fields)
        return packed

    @classmethod
    def from_bytes(cls, data: bytes | None) -> Checkpoint:
        """Read it; None is the beginning. Raises ValueError for anything else."""
        if data is None:
            return cls()
        content = msgpack.unpackb(bytes(data))
        if not isinstance(content, list) or len(content) != 5 or content[0] != _FORMAT:
            raise ValueError(f"a checkpoint of a run is of format {_FORMAT}")
        _, sweep, frame, done, tracks = content
        return cls(int(sweep), None if frame is None else int(frame), int(done), tracks)
