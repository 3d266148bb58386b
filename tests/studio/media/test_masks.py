"""Label maps are written as DAVIS has them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.media.errors import CannotWrite
from studio.media.masks import label_colors, write_palette_png


def test_the_colors_are_those_of_pascal_voc() -> None:
    colors = label_colors()

    assert colors[:6].tolist() == [[0, 0, 0], [128, 0, 0], [0, 128, 0], [128, 128, 0], [0, 0, 128], [128, 0, 128]]
    assert colors[8].tolist() == [64, 0, 0]
    assert colors[255].tolist() == [224, 224, 192]
    assert len({tuple(color) for color in colors.tolist()}) == 256


def test_labels_are_the_pixel_values_of_a_palette_png(tmp_path: Path) -> None:
    labels = np.arange(256, dtype=np.uint8).reshape(8, 32)

    write_palette_png(tmp_path / "00000.png", labels)

    with Image.open(tmp_path / "00000.png") as image:
        assert image.mode == "P"
        assert np.array_equal(np.asarray(image), labels)
        assert image.convert("RGB").getpixel((2, 0)) == (0, 128, 0)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match=r"a\.png cannot be written"):
        write_palette_png(tmp_path / "none" / "a.png", np.zeros((2, 2), np.uint8))
