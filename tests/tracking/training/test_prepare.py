import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from tracking.errors import BadInput
from tracking.training.cache import LabelledPicture
from tracking.training.prepare import read_layout

LABELS = np.zeros((40, 60), np.uint8)
LABELS[5:20, 5:25] = 1
LABELS[25:38, 30:55] = 2
PIXELS = np.random.default_rng(1).integers(0, 256, (40, 60, 3)).astype(np.uint8)


def save(path: Path, values: np.ndarray, palette: bool = False) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(values)
    if palette:
        image.putpalette([0, 0, 0, 200, 0, 0, 0, 200, 0] + [0] * 759)
    image.save(path)


def read(layout: str, root: Path) -> list[LabelledPicture]:
    return list(read_layout(layout, root))


def test_a_folder_of_images_beside_masks(tmp_path: Path) -> None:
    save(tmp_path / "images" / "cats_0001.png", PIXELS)
    save(tmp_path / "masks" / "cats_0001.png", LABELS)
    save(tmp_path / "images" / "empty_0002.png", PIXELS)
    first, second = read("folder", tmp_path)
    np.testing.assert_array_equal(first.pixels, PIXELS)
    np.testing.assert_array_equal(first.labels, LABELS)
    assert first.source == "cats" and not second.labels.any()


@pytest.mark.parametrize(("layout", "inner"), [("davis", "480p"), ("youtube-vos", "")])
def test_folders_of_sequences_with_palette_masks(tmp_path: Path, layout: str, inner: str) -> None:
    for frame in ("00000", "00005"):
        save(tmp_path / "JPEGImages" / inner / "walk" / f"{frame}.jpg", PIXELS)
        save(tmp_path / "Annotations" / inner / "walk" / f"{frame}.png", LABELS, palette=True)
    save(tmp_path / "JPEGImages" / inner / "walk" / "00003.jpg", PIXELS)  # a frame nobody has labelled
    found = read(layout, tmp_path)
    assert len(found) == 2 and {picture.group for picture in found} == {"walk"}
    np.testing.assert_array_equal(found[0].labels, LABELS)


def test_an_object_drawn_in_white_is_object_one(tmp_path: Path) -> None:
    save(tmp_path / "JPEGImages" / "480p" / "walk" / "00000.jpg", PIXELS)
    save(tmp_path / "Annotations" / "480p" / "walk" / "00000.png", ((LABELS == 1) * 255).astype(np.uint8))
    np.testing.assert_array_equal(read("davis", tmp_path)[0].labels, LABELS == 1)


def test_coco_polygons_and_their_crowds(tmp_path: Path) -> None:
    save(tmp_path / "train" / "7.png", PIXELS)
    annotations = [
        {"image_id": 7, "segmentation": [[5, 5, 24, 5, 24, 19, 5, 19]]},
        {"image_id": 7, "segmentation": {"counts": "x", "size": [40, 60]}, "iscrowd": 1},
    ]
    content = {"images": [{"id": 7, "file_name": "7.png"}], "annotations": annotations}
    (tmp_path / "instances_train.json").write_text(json.dumps(content))
    (found,) = read("coco", tmp_path)
    np.testing.assert_array_equal(found.labels, LABELS == 1)


def test_an_unknown_layout_and_a_wrong_folder_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="a layout is one of folder, davis"):
        read("mine", tmp_path)
    with pytest.raises(BadInput, match="no folder 'images'"):
        read("folder", tmp_path)
    with pytest.raises(BadInput, match="not a folder"):
        read("folder", tmp_path / "nothing")


def test_a_picture_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.png").write_bytes(b"no picture")
    with pytest.raises(BadInput, match=r"a\.png is not a picture"):
        read("folder", tmp_path)


def test_cv2_agrees_on_the_order_of_colours(tmp_path: Path) -> None:
    save(tmp_path / "images" / "a.png", PIXELS)
    np.testing.assert_array_equal(
        read("folder", tmp_path)[0].pixels, cv2.imread(str(tmp_path / "images" / "a.png"))[..., ::-1]
    )
