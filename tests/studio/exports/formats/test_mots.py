"""MOTS is read back by TrackEval and Pillow: pixel for pixel but for what overlaps, which is counted."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from drawn.readers import trackeval_masks
from drawn.tracks import FRAMES, HEIGHT, OBJECTS, WIDTH, draw_masks

FOLDER = "MOTS-train/My-clip-mp4"


@pytest.mark.parametrize(("overlap", "order"), [("number", (1, 2, 3, 7)), ("score", (7, 3, 2, 1))])
def test_masks_come_back_without_their_overlaps(written, overlap, order):
    made, masks = written("mots", overlap=overlap), draw_masks()

    back = trackeval_masks("MOTSChallenge", made.folder, "My-clip-mp4", FRAMES)  # it refuses masks that overlap
    for frame in range(FRAMES):
        owners = np.zeros((HEIGHT, WIDTH), int)
        for number in order:
            if (frame, number) in masks:
                owners[masks[frame, number]] = 2000 + number
        for number in order:
            here = back.get((frame, 2000 + number), np.zeros((HEIGHT, WIDTH), bool))
            assert np.array_equal(here, owners == 2000 + number)
        with Image.open(made.folder / FOLDER / f"instances/{frame + 1:06d}.png") as image:
            assert np.array_equal(np.asarray(image), owners)
    assert made.counted["decided_pixels"] > 100


def test_cars_are_cars(written, monkeypatch):
    assert written("mots").counted["ids"] == {"1": 2001, "2": 2002, "3": 2003, "7": 2007}
    car = type(OBJECTS[0])(1, "Car 12", (0, 0, 0))
    monkeypatch.setattr("drawn.tracks.OBJECTS", (car, *OBJECTS[1:]))
    assert written("mots").counted["ids"]["1"] == 1001


def test_the_sequence_is_described(written):
    told = written("mots", every=2).text(f"{FOLDER}/seqinfo.ini").splitlines()

    assert told == [
        "[Sequence]", "name=My-clip-mp4", "imDir=img1", "frameRate=12.5", "seqLength=5", "imWidth=67", "imHeight=45",
        "imExt=.jpg",
    ]  # fmt: skip
