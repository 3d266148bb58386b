"""VOT's supervised experiment: a tracker that loses its object is started again, and the losses are counted.

Overlap 0 is a failure; the next start is 5 frames later. Accuracy A is the mean overlap, without the 10 frames from
each start on; robustness R is failures per 100 frames; EAO, expected average overlap, is the mean overlap to be
expected over runs of LOW to HIGH frames. The tracker is deterministic and runs once. All as pysot's toolkit, whose
numbers are those of the SiamMask README.
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tracking.box import MIN_SIDE_PX, Box
from tracking.errors import BadInput
from tracking.evaluation.frames import image_files, read_frame
from tracking.evaluation.overlap import Polygon, polygon_overlap
from tracking.evaluation.truth import read_numbers
from tracking.profile import Center
from tracking.track import Track
from tracking.tracker import Tracker

INTERVALS = {2016: (108, 371), 2017: (100, 356), 2018: (100, 356), 2019: (46, 291)}  # frames; pysot eao_benchmark.py
RESTART_AFTER = 5  # frames from a failure to the next start
BURN_IN = 10  # frames from a start on that accuracy leaves out


@dataclass(frozen=True, slots=True)
class VotSequence:
    """Frames and the object's polygon in each."""

    name: str
    frames: tuple[Path, ...]
    truth: tuple[Polygon, ...]


@dataclass(frozen=True, slots=True, eq=False)
class VotTrajectory:
    """What a run over one sequence gave, and the overlaps that follow from it; NaN where there is none."""

    name: str
    overlaps: NDArray[np.float64]  # [frames], within W x H: what accuracy is made of
    inner_overlaps: NDArray[np.float64]  # [frames], within W-1 x H-1: what EAO is made of, as pysot
    starts: tuple[int, ...]  # frame indices
    failures: tuple[int, ...]  # frame indices
    frames: int  # tracked
    seconds: float  # in Tracker.step, without reading frames or scoring

    @property
    def settled_overlaps(self) -> NDArray[np.float64]:
        """[frames]: overlaps, NaN during each burn-in."""
        settled = self.overlaps.copy()
        for start in self.starts:
            settled[start : start + BURN_IN] = np.nan
        return settled

    @property
    def accuracy(self) -> float:
        """The mean settled overlap, NaN where no frame is settled."""
        return _mean(self.settled_overlaps)

    @property
    def fps(self) -> float:
        return self.frames / self.seconds if self.seconds else math.nan


@dataclass(frozen=True, slots=True, eq=False)
class VotScore:
    """All sequences together."""

    sequences: tuple[VotTrajectory, ...]
    interval: tuple[int, int]

    @property
    def accuracy(self) -> float:
        return _mean(np.concatenate([run.settled_overlaps for run in self.sequences]))

    @property
    def failures(self) -> int:
        return sum(len(run.failures) for run in self.sequences)

    @property
    def robustness(self) -> float:
        """Failures per 100 frames: less is better."""
        return 100 * self.failures / sum(len(run.overlaps) for run in self.sequences)

    @property
    def expected_overlap(self) -> float:
        """EAO; NaN where no run can be as long as the interval's shortest."""
        return expected_average_overlap(self.sequences, *self.interval)

    @property
    def fps(self) -> float:
        seconds = sum(run.seconds for run in self.sequences)
        return sum(run.frames for run in self.sequences) / seconds if seconds else math.nan


def read_sequence(folder: Path) -> VotSequence:
    """A folder with groundtruth.txt and images, in it or in color/. Raises BadInput."""
    images = folder / "color" if (folder / "color").is_dir() else folder
    frames = image_files(images)
    rows = read_numbers(folder / "groundtruth.txt", (4, 8))
    if len(rows) != len(frames):
        raise BadInput(f"{folder / 'groundtruth.txt'} has {len(rows)} lines for {len(frames)} frames")
    for number, row in enumerate(rows, start=1):
        if not all(math.isfinite(value) for value in row):
            raise BadInput(f"{folder / 'groundtruth.txt'} has no object in line {number}; VOT's short sequences do")
    return VotSequence(folder.name, tuple(frames), tuple(polygon_of(row) for row in rows))


def polygon_of(row: Sequence[float]) -> Polygon:
    """[4, 2]: eight numbers are the corners; of a box's four, the far corners are its last pixels, x + w - 1."""
    if len(row) == 8:
        return np.array(row, np.float64).reshape(4, 2)
    x, y, width, height = row
    right, bottom = x + width - 1, y + height - 1
    return np.array([[x, y], [x, bottom], [right, bottom], [right, y]], np.float64)


def upright(polygon: Polygon) -> tuple[tuple[float, float], tuple[float, float]]:
    """Centre and size of the upright box of a polygon's place and area, as SiamMask get_axis_aligned_bbox."""
    low, high = polygon.min(axis=0), polygon.max(axis=0)
    area = np.linalg.norm(polygon[0] - polygon[1]) * np.linalg.norm(polygon[1] - polygon[2])
    hull = float(np.prod(high - low))
    if hull <= 0:
        raise BadInput(f"the object's region {polygon.tolist()} has no area to start from")
    width, height = np.sqrt(area / hull) * (high - low) + 1
    return (float(polygon[:, 0].mean()), float(polygon[:, 1].mean())), (float(width), float(height))


def start_box(polygon: Polygon, center: Center, frame_width: int, frame_height: int) -> Box:
    """The box to start from: upright(polygon), placed so that the tracker takes the same centre from it.

    What reaches over the frame's edge is cut off, where the original starts with it: a tracker takes no such box.
    """
    (x, y), (width, height) = upright(polygon)
    inset = 1 if center is Center.PIXELS else 0
    left, across = _cut(x - (width - inset) / 2, width, frame_width)
    top, down = _cut(y - (height - inset) / 2, height, frame_height)
    return Box(left, top, across, down)


def run_sequence(tracker: Tracker, sequence: VotSequence, on_frame: Callable[[], None] = lambda: None) -> VotTrajectory:
    """Follow one sequence, starting again after every failure. Raises BadInput."""
    overlaps = np.full(len(sequence.frames), np.nan)
    inner_overlaps = overlaps.copy()
    starts: list[int] = []
    failures: list[int] = []
    tracks: tuple[Track, ...] = ()
    next_start, stepped, seconds = 0, 0, 0.0
    for index, (file, truth) in enumerate(zip(sequence.frames, sequence.truth, strict=True)):
        on_frame()
        if index < next_start:
            continue
        frame = read_frame(file)
        height, width = frame.shape[:2]
        if index == next_start:
            tracks = tracker.start(frame, [start_box(truth, tracker.profile.center, width, height)])
            starts.append(index)
            continue
        began = time.perf_counter()
        tracks, steps = tracker.step(frame, tracks)
        seconds += time.perf_counter() - began
        stepped += 1
        overlap = polygon_overlap(steps[0].rotated_box, truth, width, height)
        if overlap == 0:
            failures.append(index)
            next_start = index + RESTART_AFTER
            continue
        overlaps[index] = overlap
        inner_overlaps[index] = polygon_overlap(steps[0].rotated_box, truth, width - 1, height - 1)
    return VotTrajectory(
        sequence.name, overlaps, inner_overlaps, tuple(starts), tuple(failures), frames=stepped, seconds=seconds
    )


def expected_average_overlap(runs: Sequence[VotTrajectory], low: int, high: int) -> float:
    """The mean of expected overlaps at the lengths low to high, in frames; NaN where no run reaches low.

    A sequence falls into runs at its restarts. A run that ends in a failure counts for every length, with overlap 0
    after its end; the last run of a sequence counts for the lengths it reaches. A run's first frame, its start, has
    no overlap and counts for nothing.
    """
    longest = max(len(run.inner_overlaps) for run in runs)
    rows: list[NDArray[np.float64]] = []
    weights: list[float] = []
    for run in runs:
        values = np.nan_to_num(run.inner_overlaps)
        length = len(values)
        points = [0, *(index + RESTART_AFTER for index in run.failures if index + RESTART_AFTER <= length)]
        for point, following in itertools.pairwise(points):
            row = np.zeros(longest)
            row[: min(following + 1, length) - point] = values[point : following + 1]
            rows.append(row)
            weights.append((min(following + 1, length) - point) / (following + 1 - point))
        row = np.full(longest, np.nan)
        row[: length - points[-1]] = values[points[-1] :]
        rows.append(row)
        weights.append(1.0)
    fragments, weight = np.array(rows), np.array(weights)
    expected = [
        float(np.average(fragments[reach, 1:size].mean(axis=1), weights=weight[reach]))
        for size in range(max(low, 2), min(high, longest) + 1)
        if np.any(reach := ~np.isnan(fragments[:, size - 1]))
    ]
    return _mean(np.array(expected))


def _cut(start: float, length: float, limit: int) -> tuple[float, float]:
    low, high = max(start, 0.0), min(start + length, float(limit))
    length = max(high - low, MIN_SIDE_PX)
    return min(low, limit - length), length


def _mean(values: NDArray[np.float64]) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else math.nan
