"""Small folders in the layouts of DAVIS, VOT and OTB, drawn by rule, and a tracker that says what it is told to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tracking.mask import Mask
from tracking.profile import DEFAULT, Profile
from tracking.track import State, Step

WIDTH, HEIGHT = 160, 120
VOID = 255
PALETTE = [0, 0, 0, 128, 0, 0, 0, 128, 0, 128, 128, 0] + [0] * 756


def draw_frame(index: int) -> NDArray[np.uint8]:
    """[H, W, 3] uint8 RGB: a textured ground and two moving things on it."""
    frame = np.random.default_rng(5).integers(60, 120, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    labels = draw_labels(index)
    frame[labels == 1] = (220, 40, 30)
    frame[labels == 2] = (30, 70, 230)
    return frame


def draw_labels(index: int) -> NDArray[np.uint8]:
    """[H, W] uint8: an ellipse with a hole moving right, a box moving up and out of the frame's edge, a void rim."""
    labels = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.rectangle(labels, (100, 70 - 3 * index), (158, 110 - 3 * index), 2, -1)
    cv2.ellipse(labels, (40 + 3 * index, 60), (26, 18 + index), 20, 0, 360, 1, -1)
    cv2.circle(labels, (40 + 3 * index, 58), 6, 0, -1)
    labels[:3, :20] = VOID
    return labels


def write_davis(root: Path, name: str = "shapes", frames: int = 8, year: int = 2017) -> Path:
    """A sequence in DAVIS's layout; 2016's annotation is 0 and 255 for both things together."""
    for folder in ("JPEGImages", "Annotations"):
        (root / folder / "480p" / name).mkdir(parents=True, exist_ok=True)
    for index in range(frames):
        Image.fromarray(draw_frame(index)).save(root / "JPEGImages" / "480p" / name / f"{index:05d}.jpg", quality=95)
        write_labels(root / "Annotations" / "480p" / name / f"{index:05d}.png", _annotation(index, year), year)
    return root


def write_labels(file: Path, labels: NDArray[np.uint8], year: int = 2017) -> None:
    image = Image.fromarray(labels)
    if year == 2017:
        image.putpalette(PALETTE)
    image.save(file)


def write_vot(root: Path, name: str = "shapes", frames: int = 8) -> Path:
    """A sequence in VOT's layout: the blue box, four numbers a line."""
    (root / name).mkdir(parents=True)
    for index in range(frames):
        Image.fromarray(draw_frame(index)).save(root / name / f"{index + 1:08d}.jpg", quality=95)
    lines = [f"100,{60 - index},50,40" for index in range(frames)]
    (root / name / "groundtruth.txt").write_text("\n".join(lines) + "\n")
    return root


def write_otb(root: Path, name: str = "Shapes", frames: int = 8) -> Path:
    """A sequence in OTB's layout: the same, counted from 1, set apart by tabs."""
    (root / name / "img").mkdir(parents=True)
    for index in range(frames):
        Image.fromarray(draw_frame(index)).save(root / name / "img" / f"{index + 1:04d}.jpg", quality=95)
    lines = [f"101\t{61 - index}\t50\t40" for index in range(frames)]
    (root / name / "groundtruth_rect.txt").write_text("\n".join(lines) + "\n")
    return root


@dataclass
class ScriptedTracker:
    """Answers the n-th step with the n-th of its steps; remembers the boxes it was started from."""

    steps: list[tuple[Step, ...]]
    profile: Profile = DEFAULT
    starts: list[list[object]] = field(default_factory=list)
    taken: int = 0

    def start(self, frame: NDArray[np.uint8], boxes: Sequence[object]) -> tuple[SimpleNamespace, ...]:
        self.starts.append(list(boxes))
        return tuple(SimpleNamespace() for _ in boxes)

    def step(self, frame: NDArray[np.uint8], tracks: tuple[object, ...]) -> tuple[tuple[object, ...], tuple[Step, ...]]:
        self.taken += 1
        return tracks, self.steps[self.taken - 1]


def step_of_mask(bits: NDArray[np.bool_], probability: float = 0.9) -> Step:
    """A step whose mask is these bits, kept as the crop around them."""
    x, y, width, height = cv2.boundingRect(bits.astype(np.uint8))
    values = np.where(bits[y : y + height, x : x + width], probability, 0.1).astype(np.float32)
    return _step(Mask(values, x, y, bits.shape[1], bits.shape[0], 0.35, -1.0), np.zeros((4, 2)))


def step_of_box(x: float, y: float, width: float, height: float) -> Step:
    """A step whose rotated box is this upright one."""
    corners = np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]])
    return _step(Mask(np.zeros((0, 0), np.float32), 0, 0, WIDTH, HEIGHT, 0.35, -1.0), corners, (width, height))


def _step(mask: Mask, corners: NDArray[np.float64], size: tuple[float, float] = (10.0, 10.0)) -> Step:
    center = (float(corners[:, 0].mean()), float(corners[:, 1].mean()))
    return Step(score=0.9, center=center, size=size, rotated_box=corners, mask=mask, state=State.TRACKED)


def _annotation(index: int, year: int) -> NDArray[np.uint8]:
    labels = draw_labels(index)
    return labels if year == 2017 else np.where((labels > 0) & (labels != VOID), 255, 0).astype(np.uint8)
