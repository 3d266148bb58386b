"""DAVIS: a tracker started from the first annotation, scored by J and F in every frame but the first and the last.

2016 is one object, every non-zero pixel of the annotation (also where the file holds 2017's labels). 2017 is many: a
label 1..254 each, 255 counts for nothing. Both leave out the first frame, which is given, and the last, as
DAVIS-2016's toolkit and davis2017-evaluation (semi-supervised) do. A number of 2016 is the mean over sequences, of
2017 over all objects of all sequences, so that a crowded sequence weighs more; for one object they are the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tracking.box import Box
from tracking.errors import BadBox, BadInput
from tracking.evaluation.frames import chosen_sequences, image_files, read_frame, read_labels
from tracking.evaluation.measures import Bits, Statistics, boundary_accuracy, region_similarity
from tracking.mask import Mask
from tracking.tracker import Tracker

YEARS = (2016, 2017)
RESOLUTION = "480p"  # DAVIS's own folder name
FEWEST_FRAMES = 3  # the first and the last are not scored
_VOID = 255


@dataclass(frozen=True, slots=True)
class DavisSequence:
    """Frames and their annotations, file by file."""

    name: str
    frames: tuple[Path, ...]
    annotations: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class ObjectScore:
    """One object of one sequence."""

    label: int  # its value in the annotation; 1 for DAVIS-2016's only one
    region: Statistics  # J
    boundary: Statistics  # F


@dataclass(frozen=True, slots=True)
class SequenceScore:
    """One sequence: its objects, and the time the tracker alone took."""

    name: str
    objects: tuple[ObjectScore, ...]
    frames: int  # tracked; the first, which only starts the tracks, is not among them
    seconds: float  # in Tracker.step, without reading frames or scoring

    @property
    def region(self) -> Statistics:
        return Statistics.average([scored.region for scored in self.objects])

    @property
    def boundary(self) -> Statistics:
        return Statistics.average([scored.boundary for scored in self.objects])

    @property
    def fps(self) -> float:
        return self.frames / self.seconds


@dataclass(frozen=True, slots=True)
class DavisScore:
    """All sequences together."""

    sequences: tuple[SequenceScore, ...]

    @property
    def region(self) -> Statistics:
        return Statistics.average([scored.region for sequence in self.sequences for scored in sequence.objects])

    @property
    def boundary(self) -> Statistics:
        return Statistics.average([scored.boundary for sequence in self.sequences for scored in sequence.objects])

    @property
    def fps(self) -> float:
        return sum(s.frames for s in self.sequences) / sum(s.seconds for s in self.sequences)


def find_sequences(root: Path, year: int, names: list[str] | None = None) -> list[DavisSequence]:
    """The sequences of a folder in DAVIS's layout: the named ones, the year's validation set, or all there are.

    Raises BadInput for another layout, a name that is not there, or frames without annotations.
    """
    annotations = root / "Annotations" / RESOLUTION
    if not annotations.is_dir():
        raise BadInput(f"{root} is not laid out as DAVIS: there is no {annotations.relative_to(root)}")
    found = sorted(folder.name for folder in annotations.iterdir() if folder.is_dir())
    validation = root / "ImageSets" / str(year) / "val.txt"
    if names is None and validation.is_file():
        names = validation.read_text().split()
    return [_sequence(root, name) for name in chosen_sequences(found, names, annotations)]


def score_davis(
    tracker: Tracker,
    sequences: Sequence[DavisSequence],
    year: int,
    on_sequence: Callable[[SequenceScore], None] = lambda score: None,
    on_frame: Callable[[], None] = lambda: None,
) -> DavisScore:
    """Track and score each sequence, telling of every frame and every sequence done. Raises BadInput."""
    scores = []
    for sequence in sequences:
        score = score_sequence(tracker, sequence, year, on_frame)
        on_sequence(score)
        scores.append(score)
    return DavisScore(tuple(scores))


def score_sequence(
    tracker: Tracker, sequence: DavisSequence, year: int, on_frame: Callable[[], None] = lambda: None
) -> SequenceScore:
    """Start every object from its box in the first annotation, follow all in one batch, score all but the last frame.

    The box is the smallest around the object's pixels, as SiamMask tools/test.py (cv2.boundingRect).
    """
    frame = read_frame(sequence.frames[0])
    labels = _labels(sequence, 0, year, frame.shape[:2])
    present = [label for label in range(1, _VOID) if np.any(labels == label)]
    if not present:
        raise BadInput(f"{sequence.annotations[0]} has no object of DAVIS {year}; a mask of 0 and 255 is of 2016")
    boxes = [box for label in present if (box := Box.of_mask(labels == label)) is not None]
    try:
        tracks = tracker.start(frame, boxes)
    except BadBox as fault:
        raise BadInput(f"{sequence.name} cannot start: {fault}") from fault
    regions: list[list[float]] = [[] for _ in present]
    boundaries: list[list[float]] = [[] for _ in present]
    seconds = 0.0
    for index in range(1, len(sequence.frames) - 1):
        frame = read_frame(sequence.frames[index])
        began = time.perf_counter()
        tracks, steps = tracker.step(frame, tracks)
        seconds += time.perf_counter() - began
        labels = _labels(sequence, index, year, frame.shape[:2])
        merged = merge([step.mask for step in steps], frame.shape[:2])
        merged[labels == _VOID] = 0
        for place, label in enumerate(present):
            mask, annotation = merged == place + 1, labels == label
            regions[place].append(region_similarity(mask, annotation))
            boundaries[place].append(boundary_accuracy(mask, annotation))
        on_frame()
    objects = tuple(
        ObjectScore(label, Statistics.of_frames(region), Statistics.of_frames(edge))
        for label, region, edge in zip(present, regions, boundaries, strict=True)
    )
    return SequenceScore(sequence.name, objects, len(sequence.frames) - 2, seconds)


def merge(masks: Sequence[Mask], frame_size: tuple[int, ...]) -> NDArray[np.uint8]:
    """[H, W] uint8: 1 + the place of the object that is likeliest there, 0 where none is above its threshold.

    The first of equals wins, as argmax over all objects' probabilities would have it.
    """
    merged = np.zeros(frame_size, np.uint8)
    best = np.full(frame_size, -np.inf, np.float32)
    for place, mask in enumerate(masks):
        height, width = mask.values.shape
        window = slice(mask.y, mask.y + height), slice(mask.x, mask.x + width)
        better: Bits = mask.bits() & (mask.values > best[window])
        merged[window][better] = place + 1
        best[window][better] = mask.values[better]
    return merged


def _sequence(root: Path, name: str) -> DavisSequence:
    annotations = image_files(root / "Annotations" / RESOLUTION / name)
    frames = {file.stem: file for file in image_files(root / "JPEGImages" / RESOLUTION / name)}
    missing = [file.stem for file in annotations if file.stem not in frames]
    if missing or len(annotations) != len(frames):
        raise BadInput(f"{name} has {len(annotations)} annotations for {len(frames)} frames; DAVIS has one for each")
    if len(frames) < FEWEST_FRAMES:
        raise BadInput(f"{name} has {len(frames)} frames; a score takes at least {FEWEST_FRAMES}")
    return DavisSequence(name, tuple(frames[file.stem] for file in annotations), tuple(annotations))


def _labels(sequence: DavisSequence, index: int, year: int, frame_size: tuple[int, ...]) -> NDArray[np.uint8]:
    labels = read_labels(sequence.annotations[index])
    if labels.shape != frame_size:
        raise BadInput(
            f"{sequence.annotations[index]} is {labels.shape[1]} x {labels.shape[0]} px, "
            f"its frame {frame_size[1]} x {frame_size[0]} px"
        )
    return (labels > 0).astype(np.uint8) if year == YEARS[0] else labels
