"""VOT's lines are read back by a reader of its grammar, written here from the toolkit's description."""

from __future__ import annotations

import numpy as np

from drawn.tracks import FRAMES, HEIGHT, WIDTH, corners_of, draw_masks


def parse_mask(line: str) -> np.ndarray:
    """m x, y, w, h, runs: row by row, first over what is not the object."""
    assert line[0] == "m"
    x, y, width, height, *runs = (int(number) for number in line[1:].split(","))
    values = np.concatenate([np.full(run, place % 2, bool) for place, run in enumerate(runs)])
    picture = np.zeros((HEIGHT, WIDTH), bool)
    picture[y : y + height, x : x + width] = values.reshape(height, width)
    return picture


def lines(made, number: int) -> list[str]:
    return made.text(f"My-clip-mp4-{number}/groundtruth.txt").splitlines()


def test_masks_come_back_and_absence_is_0(written):
    made, masks = written("vot", region="mask"), draw_masks()

    for number in (1, 2, 3, 7):
        told = lines(made, number)
        assert len(told) == FRAMES
        for frame, line in enumerate(told):
            if (frame, number) in masks:
                assert np.array_equal(parse_mask(line), masks[frame, number])
            else:
                assert line == "0"


def test_rotated_boxes_are_eight_numbers(written):
    made, masks = written("vot"), draw_masks()

    line = lines(made, 7)[6]
    assert np.allclose([float(number) for number in line.split(",")], corners_of(masks[6, 7]), atol=1e-4)
    assert lines(made, 7)[:6] == ["0"] * 6


def test_boxes_are_four(written):
    assert lines(written("vot", region="box", objects=[2]), 2)[0] == "25.0000,10.0000,42.0000,35.0000"


def test_sequences_are_listed(written):
    made = written("vot", every=2)

    assert made.text("list.txt").split() == [f"My-clip-mp4-{number}" for number in (1, 2, 3, 7)]
    assert "fps=25\n" in made.text("My-clip-mp4-7/sequence") and "length=5\n" in made.text("My-clip-mp4-7/sequence")
