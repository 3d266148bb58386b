"""COCO and YOLO are read back by supervision: masks pixel for pixel, polygons as its fill draws them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import supervision

from drawn.tracks import FRAMES, draw_masks


def of_frames(dataset: object) -> dict[int, object]:
    """Frame -> detections; a picture's name ends in its frame."""
    return {int(Path(path).stem.rpartition("_")[2]): found for path, _, found in dataset}  # type: ignore[attr-defined]


def test_coco_masks_come_back(written):
    made, masks = written("coco", images=True), draw_masks()

    dataset = supervision.DetectionDataset.from_coco(
        str(made.folder / "images/default"),
        str(made.folder / "annotations/instances_default.json"),
        force_masks=True,
    )

    assert dataset.classes == ["ring", "two parts", "=lateé"]
    frames = of_frames(dataset)
    assert sorted(frames) == list(range(FRAMES))
    for frame, found in frames.items():
        wanted = [bits for key, bits in sorted(masks.items()) if key[0] == frame]
        assert len(found.mask) == len(wanted)
        assert all(np.array_equal(one, bits) for one, bits in zip(found.mask, wanted, strict=True))


def test_yolo_polygons_come_back(written):
    made, masks = written("yolo", images=True), draw_masks()

    dataset = supervision.DetectionDataset.from_yolo(
        str(made.folder / "images/train"),
        str(made.folder / "labels/train"),
        str(made.folder / "data.yaml"),
        force_masks=True,
    )

    assert dataset.classes == ["ring", "two parts", "=lateé"]
    rows = [line.split(",") for line in made.text("tracks.csv").splitlines()[1:]]
    frames = of_frames(dataset)
    assert sorted(frames) == list(range(FRAMES))
    for frame, found in frames.items():
        numbers = [int(row[2]) for row in rows if int(row[0].rpartition("_")[2]) == frame]
        for number in set(numbers):  # the parts of one object are lines of their own
            parts = [mask for mask, of in zip(found.mask, numbers, strict=True) if of == number]
            assert np.array_equal(np.logical_or.reduce(parts), masks[frame, number])
            assert len(parts) == cv2.connectedComponents(masks[frame, number].view(np.uint8))[0] - 1
