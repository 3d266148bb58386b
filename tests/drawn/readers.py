"""TrackEval's ways of reading what we write, without its prints."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco


def trackeval_masks(
    dataset: str, folder: Path, sequence: str, frames: int, **more: object
) -> dict[tuple[int, int], NDArray[np.bool_]]:
    """(frame from 0, id) -> mask, as TrackEval's loader of MOTS or YouTube-VIS ground truth has them."""
    return {
        (frame, identity): coco.decode(mask) > 0
        for frame, found in enumerate(trackeval_raw(dataset, folder, sequence, frames, **more))
        for identity, mask in found
    }


def trackeval_raw(
    dataset: str, folder: Path, sequence: str, frames: int, **more: object
) -> list[list[tuple[int, object]]]:
    """For each frame the ids and detections of the ground truth."""
    import trackeval.datasets

    config = {
        "GT_FOLDER": f"{folder}/",
        "TRACKERS_FOLDER": f"{folder}/",
        "TRACKERS_TO_EVAL": [],
        "PRINT_CONFIG": False,
        **more,
    }
    with redirect_stdout(io.StringIO()):
        raw = getattr(trackeval.datasets, dataset)(config)._load_raw_file(None, sequence, True)
    assert raw["num_timesteps"] == frames
    return [list(zip(raw["gt_ids"][frame].tolist(), raw["gt_dets"][frame], strict=True)) for frame in range(frames)]
