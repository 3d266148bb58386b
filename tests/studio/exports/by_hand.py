"""Our exports read by programs too heavy for `make test`, each in its own way; run by hand when a format changes.

    pip install --no-deps --target READERS \\
        labelme==6.3.1 imgviz loguru tifffile natsort cmap onnxruntime PyQt5 PyQt5-sip PyQt5-Qt5 \\
        vot-toolkit==0.9.0 attributee lazy-object-proxy bidict phx-class-registry cachetools numba llvmlite colorama \\
        matplotlib contourpy cycler kiwisolver fonttools python-dateutil pyparsing six dominate \\
        ultralytics==8.4.190 "torchvision==0.28.*" polars polars-runtime-32 psutil py-cpuinfo \\
        ultralytics-thop ultralytics-platform
    python tests/studio/exports/by_hand.py READERS

READERS is a folder to throw away: nothing of it belongs into .venv. torchvision is the one of the pinned torch. On
Python 3.11 and later `dataclass` in its attributee/__init__.py has to be `dataclass_transform()`, not the function.
"""

from __future__ import annotations

import csv
import os
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
sys.path.append(sys.argv[1])  # after ours: what both have is ours
SCRATCH = tempfile.mkdtemp()
os.environ |= {"DJANGO_SETTINGS_MODULE": "studio.settings", "STUDIO_DATA": SCRATCH, "YOLO_CONFIG_DIR": SCRATCH}

import django  # noqa: E402

django.setup()

import numpy as np  # noqa: E402

from drawn.tracks import FRAMES, HEIGHT, OBJECTS, WIDTH, draw_masks, tracks_in  # noqa: E402
from studio.exports.formats import FORMATS  # noqa: E402
from studio.exports.kinds import parse_wish  # noqa: E402
from studio.exports.target import Target  # noqa: E402

MASKS = draw_masks()


def written(kind: str, **options: object) -> Path:
    folder = Path(tempfile.mkdtemp(dir=SCRATCH))
    with tracks_in(folder, parse_wish(kind, options, FRAMES)) as tracks, Target(folder / "a.zip") as target:
        FORMATS[kind].write(tracks, target)
    with zipfile.ZipFile(folder / "a.zip") as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def at(part: np.ndarray, x: int, y: int) -> np.ndarray:
    picture = np.zeros((HEIGHT, WIDTH), bool)
    picture[y : y + part.shape[0], x : x + part.shape[1]] = part
    return picture


def labelme() -> str:
    from labelme._label_file import read_label_file

    folder, back = written("labelme", images=True), {}
    for frame in range(FRAMES):
        for shape in read_label_file(str(folder / f"{frame:06d}.json")).shapes:
            x, y = map(int, shape["points"][0])
            back[frame, shape["group_id"]] = at(shape["mask"], x, y)
    return equal(back)


def vot() -> str:
    from vot.region.io import create_mask_from_string, read_trajectory

    back, absent, thin = {}, 0, 0
    folder = written("vot", region="mask")
    for track in OBJECTS:
        path = folder / f"My-clip-mp4-{track.number}/groundtruth.txt"
        lines = path.read_text().splitlines()
        for frame, region in enumerate(read_trajectory(str(path))):
            if lines[frame] == "0":
                absent += type(region).__name__ == "Special"
                continue
            mask, offset = create_mask_from_string(lines[frame][1:].split(","))
            back[frame, track.number] = at(mask > 0, *offset)
            thin += not np.array_equal(at(region.mask > 0, *region.offset), back[frame, track.number])
    return f"{equal(back)}; {absent} absent; {thin} of one row or column, which its Mask trims to nothing"


def ultralytics() -> str:
    from ultralytics.data.dataset import YOLODataset
    from ultralytics.data.utils import polygon2mask

    folder = written("yolo", images=True)
    names = {"names": {0: "ring", 1: "two parts", 2: "late"}, "nc": 3, "channels": 3}
    read = YOLODataset(img_path=str(folder / "images/train"), data=names, task="segment", augment=False)
    with (folder / "tracks.csv").open() as file:
        rows = list(csv.DictReader(file))
    back: dict[tuple[int, int], np.ndarray] = {}
    for label in read.labels:
        stem = Path(label["im_file"]).stem
        numbers = [int(row["object"]) for row in rows if row["file"] == stem]
        for number, ring in zip(numbers, label["segments"], strict=True):
            points = (ring * (WIDTH, HEIGHT)).reshape(-1)
            part = polygon2mask((HEIGHT, WIDTH), [points], color=1, downsample_ratio=1) > 0
            key = int(stem[-6:]), number
            back[key] = back.get(key, False) | part
    return equal(back)


def equal(back: dict[tuple[int, int], np.ndarray]) -> str:
    same = sum(np.array_equal(back[key], MASKS[key]) for key in MASKS.keys() & back.keys())
    return f"{same} of {len(MASKS)} masks are equal"


if __name__ == "__main__":
    for reader in (labelme, vot, ultralytics):
        sys.stdout.write(f"{reader.__name__}: {reader()}\n")
