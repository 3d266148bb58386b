"""Where a run stands, as bytes beside its masks: written in their transaction, read by whoever goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgpack

_FORMAT = "studio-run/2"
_FORMATS = {"studio-run/1": 5, _FORMAT: 8}  # and how many fields each has


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The first picture still to be looked at, and what is remembered of everyone followed there."""

    sweep: int = 0  # index into the plan's
    frame: int | None = None  # None: from the sweep's beginning
    done: int = 0  # masks made
    tracks: Mapping[str, bytes] = field(default_factory=dict)  # subject -> tracking.Track.to_bytes()
    skipped: int = 0  # masks not to be made, as what was there agrees
    streaks: Mapping[str, int] = field(default_factory=dict)  # subject -> frames in a row that agreed
    agreed: Sequence[tuple[str, int]] = ()  # who is followed no further, and the last frame it was

    def to_bytes(self) -> bytes:
        """msgpack of plain values."""
        fields = [
            _FORMAT, self.sweep, self.frame, self.done, dict(self.tracks),
            self.skipped, dict(self.streaks), [list(pair) for pair in self.agreed],
        ]  # fmt: skip
        packed: bytes = msgpack.packb(fields)
        return packed

    @classmethod
    def from_bytes(cls, data: bytes | None) -> Checkpoint:
        """Read it; None is the beginning. Raises ValueError for anything else."""
        if data is None:
            return cls()
        content = msgpack.unpackb(bytes(data))
        if not isinstance(content, list) or not content or len(content) != _FORMATS.get(content[0]):
            raise ValueError(f"a checkpoint of a run is of format {_FORMAT}")
        _, sweep, frame, done, tracks, *rest = content
        skipped, streaks, agreed = rest or (0, {}, [])
        pairs = tuple((str(subject), int(last)) for subject, last in agreed)
        return cls(int(sweep), None if frame is None else int(frame), int(done), tracks, int(skipped), streaks, pairs)
