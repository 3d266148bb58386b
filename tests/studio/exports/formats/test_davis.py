"""Palette PNGs are read back by Pillow and TrackEval: pixel for pixel but for what overlaps, which is counted."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from drawn.readers import trackeval_masks
from drawn.tracks import FRAMES, HEIGHT, OBJECTS, WIDTH, draw_masks
from studio.exports.layers import labels_of
from studio.exports.tracks import Track

FOLDER = "Annotations/Full-Resolution/My-clip-mp4"


def expected(order):
    """Labels by hand: later numbers of `order` on top, and how many pixels were claimed twice."""
    masks, decided = draw_masks(), 0
    maps = np.zeros((FRAMES, HEIGHT, WIDTH), np.uint8)
    for frame in range(FRAMES):
        for number in order:
            if (frame, number) in masks:
                maps[frame][masks[frame, number]] = number
        here = [bits for key, bits in masks.items() if key[0] == frame]
        decided += int((np.sum(here, axis=0) > 1).sum())
    return maps, decided


@pytest.mark.parametrize(("overlap", "order"), [("number", (1, 2, 3, 7)), ("score", (7, 3, 2, 1))])
def test_labels_come_back_and_overlaps_follow_the_rule(written, overlap, order):
    made = written("davis", overlap=overlap)

    maps, decided = expected(order)
    for frame in range(FRAMES):
        with Image.open(made.folder / FOLDER / f"{frame:05d}.png") as image:
            assert image.mode == "P"
            assert np.array_equal(np.asarray(image), maps[frame])
    assert decided > 100
    assert made.counted["decided_pixels"] == decided
    assert made.counted["labels"] == {"1": 1, "2": 2, "3": 3, "7": 7}


def test_trackeval_finds_the_sequence_its_frames_and_its_objects(written):
    made = written("davis")

    folder = made.folder / "Annotations/Full-Resolution"
    back = trackeval_masks(
        "DAVIS", folder, "My-clip-mp4", FRAMES, SEQMAP_FILE=str(made.folder / "ImageSets/2017/val.txt")
    )
    maps, _ = expected((1, 2, 3, 7))
    there = {(frame, number) for frame in range(FRAMES) for number in np.unique(maps[frame]).tolist() if number}
    assert back.keys() == there
    assert all(np.array_equal(bits, maps[frame] == number) for (frame, number), bits in back.items())


def test_files_are_numbered_without_gaps_also_where_frames_are_left_out(written):
    made = written("davis", first_frame=2, every=3, images=True)

    assert made.names == [
        *(f"{FOLDER}/{place:05d}.png" for place in range(3)),
        "ImageSets/2017/val.txt",
        *(f"JPEGImages/Full-Resolution/My-clip-mp4/{place:05d}.jpg" for place in range(3)),
    ]
    assert made.text("ImageSets/2017/val.txt") == "My-clip-mp4\n"
    with Image.open(made.folder / FOLDER / "00002.png") as image:
        assert set(np.unique(image)) == {0, 1, 2, 3, 7}  # frame 8, where the late one has come


def test_a_frame_without_objects_is_an_empty_map(written):
    late = {key: bits for key, bits in draw_masks().items() if key[1] == 7}

    made = written("davis", masks=late)

    with Image.open(made.folder / FOLDER / "00000.png") as image:
        assert (np.asarray(image) == 0).all() and image.size == (WIDTH, HEIGHT)


def test_numbers_beyond_what_a_pixel_holds_become_places():
    far = [*OBJECTS, Track(255, "far", (0, 0, 0))]

    assert labels_of(OBJECTS) == {1: 1, 2: 2, 3: 3, 7: 7}
    assert labels_of(far) == {1: 1, 2: 2, 3: 3, 7: 4, 255: 5}
