"""MOTChallenge's boxes are read back by TrackEval."""

from __future__ import annotations

import numpy as np

from drawn.readers import trackeval_raw
from drawn.tracks import FRAMES, draw_masks, found_of


def test_boxes_come_back_from_trackeval(written):
    made, masks = written("mot"), draw_masks()

    raw = trackeval_raw("MotChallenge2DBox", made.folder, "My-clip-mp4", FRAMES)
    back = {(frame, number): box.tolist() for frame, found in enumerate(raw) for number, box in found}
    assert back.keys() == masks.keys()
    for key, bits in masks.items():
        rows, columns = np.nonzero(bits)  # counted from 1 in the files
        assert back[key] == [columns.min() + 1, rows.min() + 1, np.ptp(columns) + 1, np.ptp(rows) + 1]


def test_results_have_scores_and_ten_numbers(written):
    lines = [line.split(",") for line in written("mot").text("results/My-clip-mp4.txt").splitlines()]

    assert {len(line) for line in lines} == {10}
    told = {(int(line[0]) - 1, int(line[1])): float(line[6]) for line in lines}
    assert told == {(found.frame, found.number): found.score for found in found_of(draw_masks())}
