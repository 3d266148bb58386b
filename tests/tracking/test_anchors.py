import numpy as np

from tracking.anchors import anchor_grid, anchor_sizes


def test_the_five_shapes_are_those_the_weights_were_trained_with() -> None:
    assert anchor_sizes().tolist() == [[104, 32], [88, 40], [64, 64], [40, 80], [32, 96]]


def test_the_grid_is_centred_and_counts_anchor_then_row_then_column() -> None:
    grid = anchor_grid(25).reshape(4, -1)
    assert grid.shape == (4, 3125)
    np.testing.assert_array_equal(grid[:, 0], [-96, -96, 104, 32])
    np.testing.assert_array_equal(grid[:, 1], [-88, -96, 104, 32])  # the next column
    np.testing.assert_array_equal(grid[:, 25], [-96, -88, 104, 32])  # the next row
    np.testing.assert_array_equal(grid[:, 2 * 625 + 12 * 25 + 12], [0, 0, 64, 64])  # the middle of the third shape
