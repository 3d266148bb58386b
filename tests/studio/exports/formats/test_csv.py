"""The table is read back by Python's csv."""

from __future__ import annotations

import csv
import io

import numpy as np

from drawn.tracks import corners_of, draw_masks, found_of


def rows(made) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(made.text("tracks.csv"))))


def test_there_is_a_row_for_each_object_and_frame_it_was_found_in(written):
    told, masks = rows(written("csv")), draw_masks()

    assert [(int(row["frame"]), int(row["object"])) for row in told] == sorted(masks)
    for row, found in zip(told, found_of(masks), strict=True):
        bits = masks[found.frame, found.number]
        ys, xs = np.nonzero(bits)
        box = [xs.min(), ys.min(), np.ptp(xs) + 1, np.ptp(ys) + 1]
        assert [int(row[name]) for name in ("x", "y", "width", "height")] == box
        assert (int(row["area"]), float(row["score"]), row["state"]) == (bits.sum(), found.score, found.state)
        corners = [float(row[f"{axis}{corner}"]) for corner in range(1, 5) for axis in "xy"]
        assert np.allclose(corners, corners_of(bits), atol=1e-3)


def test_seconds_are_the_clips_own(written):
    told = rows(written("csv", objects=[1]))

    assert [float(row["seconds"]) for row in told[:3]] == [0.0, 0.04, 0.08]


def test_a_name_is_no_formula_to_a_spreadsheet(written):
    assert {row["name"] for row in rows(written("csv"))} == {"ring 1", "two parts", "ring 2", "'=lateé"}
