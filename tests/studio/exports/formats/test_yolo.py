"""YOLO's polygons are filled as supervision fills them: pixel for pixel, ids from the table."""

from __future__ import annotations

import csv
import io

import cv2
import numpy as np
import pytest

from drawn.tracks import FRAMES, HEIGHT, WIDTH, draw_masks


def polygon(line: str, whole) -> np.ndarray:
    shares = np.array([float(number) for number in line.split()[1:]]).reshape(-1, 2)
    assert ((shares >= 0) & (shares <= 1)).all() and len(shares) >= 3
    return whole(shares * (WIDTH, HEIGHT)).astype(np.int32)


@pytest.mark.parametrize("whole", [np.round, np.trunc])  # supervision's way, and ultralytics'
def test_masks_come_back_joined_by_the_table(written, whole):
    made, masks = written("yolo"), draw_masks()

    back: dict[tuple[int, int], np.ndarray] = {}
    for row in csv.DictReader(io.StringIO(made.text("tracks.csv"))):
        line = made.text(f"labels/train/{row['file']}.txt").splitlines()[int(row["line"]) - 1]
        key = (int(row["file"][-6:]), int(row["object"]))
        picture = back.setdefault(key, np.zeros((HEIGHT, WIDTH), np.uint8))
        cv2.fillPoly(picture, [polygon(line, whole)], 1)
    assert back.keys() == masks.keys()
    assert all(np.array_equal(back[key] > 0, masks[key]) for key in masks)


def test_classes_count_from_0_and_are_named(written):
    made = written("yolo")

    names = made.text("data.yaml").split("names:\n")[1]
    assert names == '  0: "ring"\n  1: "two parts"\n  2: "=late\\u00e9"\n'
    lines = made.text("labels/train/My-clip-mp4_000000.txt").splitlines()
    assert [line.split()[0] for line in lines] == ["0", "1", "1", "0"]


def test_an_empty_frame_is_an_empty_file_or_none(written):
    late = {key: bits for key, bits in draw_masks().items() if key[1] == 7}

    listed = [name for name in written("yolo", masks=late).names if name.startswith("labels")]
    assert len(listed) == FRAMES
    listed = [name for name in written("yolo", masks=late, absent=False).names if name.startswith("labels")]
    assert listed == [f"labels/train/My-clip-mp4_{frame:06d}.txt" for frame in (6, 7, 8)]
