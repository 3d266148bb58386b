"""LabelMe's files are read back as labelme reads them: a PNG between two corners that are both inside."""

from __future__ import annotations

import io
from base64 import b64decode

import numpy as np
from PIL import Image

from drawn.tracks import FRAMES, HEIGHT, WIDTH, draw_masks


def test_masks_come_back_with_their_objects(written):
    made, masks = written("labelme"), draw_masks()

    back = {}
    for frame in range(FRAMES):
        content = made.json(f"{frame:06d}.json")
        assert (content["imageHeight"], content["imageWidth"], content["imageData"]) == (HEIGHT, WIDTH, None)
        for shape in content["shapes"]:
            (x1, y1), (x2, y2) = shape["points"]
            picture = np.zeros((HEIGHT, WIDTH), bool)
            picture[y1 : y2 + 1, x1 : x2 + 1] = np.asarray(Image.open(io.BytesIO(b64decode(shape["mask"]))))
            back[frame, shape["group_id"]] = picture
    assert back.keys() == masks.keys()
    assert all(np.array_equal(back[key], masks[key]) for key in masks)


def test_pictures_lie_beside_their_files(written):
    made = written("labelme", images=True, every=4)

    assert made.names == [f"{frame:06d}.{ending}" for frame in (0, 4, 8) for ending in ("jpg", "json")]
    assert made.json("000004.json")["imagePath"] == "000004.jpg"
