"""Reading other people's folders: pictures beside masks, DAVIS, YouTube-VOS and COCO.

Each reader yields LabelledPicture; write_cache() does the rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tracking.errors import BadInput
from tracking.training.cache import LabelledPicture

PICTURE_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp"}


def read_layout(layout: str, root: Path) -> Iterator[LabelledPicture]:
    """Read root by the name of its layout. Raises BadInput for an unknown layout or a folder that is not of it."""
    readers = {"folder": read_folder, "davis": read_davis, "youtube-vos": read_youtube_vos, "coco": read_coco}
    if layout not in readers:
        raise BadInput(f"a layout is one of {', '.join(readers)}, got {layout!r}")
    if not root.is_dir():
        raise BadInput(f"{root} is not a folder")
    return readers[layout](root)


def read_folder(root: Path) -> Iterator[LabelledPicture]:
    """images/NAME.* beside masks/NAME.png (0 background, 1..N objects); pictures without a mask are backgrounds.

    A folder of such folders is read one after another; one whose names are all numbers is a video.
    """
    if not (root / "images").is_dir():
        inner = sorted(path for path in root.iterdir() if (path / "images").is_dir())
        if not inner:
            raise BadInput(f"{root} has no folder 'images', and none of its folders has")
        for folder in inner:
            yield from read_folder(folder)
        return
    pictures = _pictures(root / "images")
    video = all(path.stem.isdigit() for path in pictures)
    for path in pictures:
        pixels = read_picture(path)
        mask = root / "masks" / f"{path.stem}.png"
        labels = read_labels(mask, pixels.shape[:2]) if mask.exists() else np.zeros(pixels.shape[:2], np.uint8)
        group = root.name if video else path.stem
        yield LabelledPicture(group, root.name if video else _set_name(path.stem), pixels, labels)


def read_davis(root: Path) -> Iterator[LabelledPicture]:
    """JPEGImages/480p/SEQUENCE/*.jpg beside Annotations/480p/SEQUENCE/*.png."""
    yield from _sequences(root / "JPEGImages" / "480p", root / "Annotations" / "480p", "davis")


def read_youtube_vos(root: Path) -> Iterator[LabelledPicture]:
    """JPEGImages/VIDEO/*.jpg beside Annotations/VIDEO/*.png, a mask every fifth frame."""
    yield from _sequences(root / "JPEGImages", root / "Annotations", "youtube-vos")


def read_coco(root: Path) -> Iterator[LabelledPicture]:
    """One or more instances*.json beside the pictures, anywhere under root; polygons only, crowds are left out."""
    files = sorted(root.rglob("instances*.json"))
    if not files:
        raise BadInput(f"{root} holds no instances*.json")
    paths = {path.name: path for path in root.rglob("*") if path.suffix.lower() in PICTURE_SUFFIXES}
    for file in files:
        content = json.loads(file.read_text())
        shapes: dict[int, list[list[list[float]]]] = {}
        for annotation in content["annotations"]:
            if not annotation.get("iscrowd") and isinstance(annotation.get("segmentation"), list):
                shapes.setdefault(annotation["image_id"], []).append(annotation["segmentation"])
        for image in content["images"]:
            path = paths.get(Path(image["file_name"]).name)
            if path is None:
                continue
            pixels = read_picture(path)
            labels = np.zeros(pixels.shape[:2], np.uint8)
            for label, polygons in enumerate(shapes.get(image["id"], [])[:255], start=1):
                outlines = [np.round(np.reshape(p, (-1, 2))).astype(np.int32) for p in polygons if len(p) >= 6]
                cv2.fillPoly(labels, outlines, label)
            yield LabelledPicture(path.stem, file.stem, pixels, labels)


def read_picture(path: Path) -> NDArray[np.uint8]:
    """[H, W, 3] uint8 RGB. Raises BadInput for what cv2 cannot read."""
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    if pixels is None:
        raise BadInput(f"{path} is not a picture")
    return pixels.astype(np.uint8, copy=False)


def read_labels(path: Path, size: tuple[int, int]) -> NDArray[np.uint8]:
    """[H, W] uint8 label map; palette PNGs keep their indexes. Scaled to size where it differs."""
    from PIL import Image  # cv2 turns a palette into colours

    with Image.open(path) as image:
        labels = np.array(image if image.mode in ("P", "L", "1") else image.convert("L")).astype(np.uint8)
    if labels.shape != size:
        labels = cv2.resize(labels, size[::-1], interpolation=cv2.INTER_NEAREST).astype(np.uint8)
    if labels.max(initial=0) == 255 and np.unique(labels).size == 2:
        labels = (labels == 255).astype(np.uint8)  # one object drawn in white
    return labels


def _sequences(images: Path, masks: Path, source: str) -> Iterator[LabelledPicture]:
    if not images.is_dir() or not masks.is_dir():
        raise BadInput(f"{images} or {masks} is not there")
    for sequence in sorted(path for path in images.iterdir() if path.is_dir()):
        for path in _pictures(sequence):
            mask = masks / sequence.name / f"{path.stem}.png"
            if mask.exists():
                pixels = read_picture(path)
                yield LabelledPicture(sequence.name, source, pixels, read_labels(mask, pixels.shape[:2]))


def _pictures(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURE_SUFFIXES)


def _set_name(stem: str) -> str:
    """cats_0001 -> cats: a set's pictures share what stands before the last underscore."""
    return stem.rpartition("_")[0] or "pictures"
