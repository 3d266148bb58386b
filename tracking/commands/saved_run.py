"""A run of `track` as a value: which frames in which order, what was found, and how to stop and go on elsewhere."""

from __future__ import annotations

import enum
import io
import json
import os
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tracking.errors import BadInput
from tracking.rle import Rle
from tracking.track import Step, Track

_FORMAT = "siammask-run/1"


class Direction(enum.Enum):
    """Where a run goes from the frame its boxes are drawn on."""

    FORWARD = "forward"
    BACKWARD = "backward"
    BOTH = "both"  # forward to the end, then backward from the start frame


@dataclass(frozen=True, slots=True)
class Plan:
    """The frames of a run in the order they are tracked. Place 0 is the start frame, where the boxes are."""

    start: int
    direction: Direction
    frame_count: int  # of the clip

    @property
    def legs(self) -> tuple[range, ...]:
        """Frames to go through without a break; each leg sets out from the start frame's tracks."""
        forward = range(self.start, self.frame_count)
        if self.direction is Direction.FORWARD:
            return (forward,)
        if self.direction is Direction.BACKWARD:
            return (range(self.start, -1, -1),)
        return forward, range(self.start - 1, -1, -1)

    def __len__(self) -> int:
        return sum(len(leg) for leg in self.legs)

    def rest(self, place: int) -> Iterator[tuple[range, bool]]:
        """What is left of each leg from this place of the run on, and whether the leg is still whole."""
        for leg in self.legs:
            if place < len(leg):
                yield leg[max(place, 0) :], place <= 0
            place -= len(leg)

    def covers(self, frame: int) -> bool:
        """Whether the finished run has this frame."""
        return any(frame in leg for leg in self.legs)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a run says of one object in one frame: a line of --json."""

    frame: int
    object: int  # 1 is the first --box
    score: float
    center: tuple[float, float]
    size: tuple[float, float]
    rotated_box: tuple[tuple[float, float], ...]
    rle: Rle
    state: str  # "prompt" on the start frame, else a step's state

    @classmethod
    def of(cls, frame: int, number: int, step: Step, state: str) -> Self:
        """What a step found."""
        corners = tuple((float(x), float(y)) for x, y in step.rotated_box)
        return cls(frame, number, step.score, step.center, step.size, corners, step.mask.rle(), state)

    def to_json(self) -> str:
        """One line, without its end."""
        return json.dumps(
            {
                "frame": self.frame,
                "object": self.object,
                "score": self.score,
                "center": self.center,
                "size": self.size,
                "rotated_box": self.rotated_box,
                "rle": self.rle.to_json(),
                "state": self.state,
            }
        )

    @classmethod
    def from_json(cls, line: str) -> Self:
        """Read what to_json wrote. Raises ValueError, KeyError or TypeError for anything else."""
        item = json.loads(line)
        height, width = item["rle"]["size"]
        return cls(
            frame=int(item["frame"]),
            object=int(item["object"]),
            score=float(item["score"]),
            center=_pair(item["center"]),
            size=_pair(item["size"]),
            rotated_box=tuple(_pair(corner) for corner in item["rotated_box"]),
            rle=Rle(int(height), int(width), str(item["rle"]["counts"]).encode("ascii")),
            state=str(item["state"]),
        )


@dataclass(frozen=True, slots=True, eq=False)
class SavedRun:
    """A run that has stopped: enough to go on bit for bit in another process."""

    plan: Plan
    place: int  # frames done
    frame_width: int
    frame_height: int
    weights: str
    profile: str
    precision: str
    presence: bool  # whether finds are disbelieved
    starts: tuple[Track, ...]  # as learned on the start frame
    tracks: tuple[Track, ...]  # as of the last frame done
    found: tuple[Found, ...]  # so far, so that the last process can draw the whole film

    def save(self, path: Path) -> None:
        """Write the run; the file appears whole or not at all. Raises BadInput where it cannot be written."""
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("run.json", json.dumps(self._scalars(), sort_keys=True))
            archive.writestr("found.jsonl", "".join(f"{found.to_json()}\n" for found in self.found))
            for name, tracks in (("start", self.starts), ("track", self.tracks)):
                for number, track in enumerate(tracks, start=1):
                    archive.writestr(f"{name}-{number}.npz", track.to_bytes())
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            beside.write_bytes(content.getvalue())
            beside.replace(path)
        except OSError as fault:
            beside.unlink(missing_ok=True)
            raise BadInput(f"{path} cannot be written: {fault.strerror}") from fault

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what save wrote. Raises BadInput for anything else; nothing is unpickled."""
        try:
            with zipfile.ZipFile(path) as archive:
                scalars = json.loads(archive.read("run.json"))
                if scalars["format"] != _FORMAT:
                    raise BadInput(f"a saved run must be of format {_FORMAT}, got {scalars['format']!r}")
                objects = range(1, int(scalars["objects"]) + 1)
                return cls(
                    plan=Plan(int(scalars["start"]), Direction(scalars["direction"]), int(scalars["frame_count"])),
                    place=int(scalars["place"]),
                    frame_width=int(scalars["frame_size"][0]),
                    frame_height=int(scalars["frame_size"][1]),
                    weights=str(scalars["weights"]),
                    profile=str(scalars["profile"]),
                    precision=str(scalars["precision"]),
                    presence=bool(
                        scalars.get("presence", True)
                    ),  # runs kept before this was asked judged if they could
                    starts=_tracks(archive, "start", objects),
                    tracks=_tracks(archive, "track", objects),
                    found=tuple(Found.from_json(line) for line in archive.read("found.jsonl").decode().splitlines()),
                )
        except FileNotFoundError:
            raise BadInput(f"there is no saved run {path}") from None
        except (zipfile.BadZipFile, ValueError, KeyError, TypeError, OSError) as fault:
            raise BadInput(f"{path} is not a saved run: {fault}") from fault

    def check(self, width: int, height: int, frame_count: int) -> None:
        """Raise BadInput unless a clip of this size and length can be the one the run began on."""
        if (width, height, frame_count) != (self.frame_width, self.frame_height, self.plan.frame_count):
            raise BadInput(
                f"the run was begun on {self.plan.frame_count} frames of {self.frame_width} x {self.frame_height} px, "
                f"this clip has {frame_count} of {width} x {height} px"
            )

    def _scalars(self) -> dict[str, object]:
        return {
            "format": _FORMAT,
            "start": self.plan.start,
            "direction": self.plan.direction.value,
            "frame_count": self.plan.frame_count,
            "frame_size": [self.frame_width, self.frame_height],
            "place": self.place,
            "objects": len(self.starts),
            "weights": self.weights,
            "profile": self.profile,
            "precision": self.precision,
            "presence": self.presence,
        }


def _tracks(archive: zipfile.ZipFile, name: str, numbers: Sequence[int]) -> tuple[Track, ...]:
    return tuple(Track.from_bytes(archive.read(f"{name}-{number}.npz")) for number in numbers)


def _pair(values: Sequence[float]) -> tuple[float, float]:
    x, y = values
    return float(x), float(y)
