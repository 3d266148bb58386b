"""OTB's one-pass evaluation: how often the box overlaps enough, and how often its centre is near enough.

Success is the area under the curve of frames whose overlap exceeds 0, 0.05, ... 1; precision is the share of frames
whose centre is at most 20 px off. The first frame, which is given, counts too, as in OTB's and pysot's toolkits.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tracking.box import Box
from tracking.errors import BadBox, BadInput
from tracking.evaluation.frames import image_files, read_frame
from tracking.evaluation.truth import read_numbers
from tracking.tracker import Tracker

PRECISION_PX = 20.0
_THRESHOLDS = np.linspace(0, 1, 21)
_FIRST_FRAMES = {"David": 299}  # OTB annotates this sequence from its 300th frame on


@dataclass(frozen=True, slots=True, eq=False)
class OtbSequence:
    """Frames and the object's box in each."""

    name: str
    frames: tuple[Path, ...]
    truth: NDArray[np.float64]  # [frames, 4]: x, y, width, height in video pixels, edges


@dataclass(frozen=True, slots=True)
class OtbScore:
    """One sequence."""

    name: str
    success: float  # 0..1
    precision: float  # 0..1
    frames: int  # tracked
    seconds: float  # in Tracker.step, without reading frames or scoring

    @property
    def fps(self) -> float:
        return self.frames / self.seconds if self.seconds else math.nan


def read_sequences(folder: Path) -> list[OtbSequence]:
    """The sequence of a folder with img/ and groundtruth_rect.txt; with groundtruth_rect.1.txt and so on, one each.

    OTB counts pixels from 1; here the first is 0. Raises BadInput.
    """
    frames = image_files(folder / "img")
    files = sorted(file for file in folder.glob("groundtruth_rect*.txt") if file.stat().st_size)
    if not files:
        raise BadInput(f"there is no groundtruth_rect.txt in {folder}")
    sequences = []
    for file in files:
        truth = np.array(read_numbers(file, (4,)), np.float64) - [1, 1, 0, 0]
        first = _FIRST_FRAMES.get(folder.name, 0) if len(frames) > len(truth) else 0
        if len(frames) < first + len(truth):
            raise BadInput(f"{file} has {len(truth)} lines for {len(frames)} frames")
        name = folder.name + file.stem.removeprefix("groundtruth_rect")
        sequences.append(OtbSequence(name, tuple(frames[first : first + len(truth)]), truth))
    return sequences


def score_sequence(tracker: Tracker, sequence: OtbSequence, on_frame: Callable[[], None] = lambda: None) -> OtbScore:
    """Start from the first box and follow it through every frame. Raises BadInput."""
    try:
        tracks = tracker.start(read_frame(sequence.frames[0]), [Box(*sequence.truth[0].tolist())])
    except BadBox as fault:
        raise BadInput(f"{sequence.name} cannot start: {fault}") from fault
    boxes = [sequence.truth[0]]
    seconds = 0.0
    for file in sequence.frames[1:]:
        frame = read_frame(file)
        began = time.perf_counter()
        tracks, (step,) = tracker.step(frame, tracks)
        seconds += time.perf_counter() - began
        corner = (step.center[0] - step.size[0] / 2, step.center[1] - step.size[1] / 2)
        boxes.append(np.array([*corner, *step.size]))
        on_frame()
    found = np.array(boxes)
    return OtbScore(
        sequence.name, success(found, sequence.truth), precision(found, sequence.truth), len(boxes) - 1, seconds
    )


def success(boxes: NDArray[np.float64], truth: NDArray[np.float64]) -> float:
    """The area under the success curve, 0..1. boxes, truth: [frames, 4]; a frame whose truth has no size is missed."""
    low = np.maximum(boxes[:, :2], truth[:, :2])
    high = np.minimum(boxes[:, :2] + boxes[:, 2:], truth[:, :2] + truth[:, 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=1)
    either = np.prod(boxes[:, 2:], axis=1) + np.prod(truth[:, 2:], axis=1) - shared
    known = _known(truth)
    overlap = np.where(known, shared / np.where(known, either, 1), -1)
    return float((overlap[:, None] > _THRESHOLDS).mean())


def precision(boxes: NDArray[np.float64], truth: NDArray[np.float64], limit_px: float = PRECISION_PX) -> float:
    """The share of frames whose centre is within limit_px, 0..1; a frame whose truth has no size is missed."""
    apart = np.linalg.norm(boxes[:, :2] + boxes[:, 2:] / 2 - truth[:, :2] - truth[:, 2:] / 2, axis=1)
    return float(((apart <= limit_px) & _known(truth)).mean())


def average(scores: Sequence[OtbScore]) -> tuple[float, float]:
    """Success and precision over sequences, each of which weighs the same."""
    return (
        sum(score.success for score in scores) / len(scores),
        sum(score.precision for score in scores) / len(scores),
    )


def _known(truth: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.asarray((truth[:, 2:] > 0).all(axis=1))
