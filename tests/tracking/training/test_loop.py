"""A whole training in seconds: pictures with masks to a cache, to checkpoints, to weights that track what they saw."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from drawn.clips import write_video
from drawn.lessons import disc
from tracking.__main__ import main
from tracking.checkpoint import load_weights

CONFIG = """
recipe = "small"
data = "cache"
out = "{out}"
backbone = "trunk.npz"
steps = {steps}
batch = 8
width = 32
learning_rate = 5e-3
warm_up_steps = 4
unfreeze_at = 0.0
backbone_rate = 0.1
ema = 0.9
workers = 0
score_every = 1000
score_pairs = 8
[rates]
paste = 0.0
distractor = 0.0
occluder = 0.0
negative = 0.0
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for part in ("images", "masks"):
        (tmp_path / "stills" / part).mkdir(parents=True)
    for number in range(12):
        picture = disc(number)
        Image.fromarray(picture.pixels).save(tmp_path / "stills" / "images" / f"disc_{number:04}.png")
        Image.fromarray(picture.labels).save(tmp_path / "stills" / "masks" / f"disc_{number:04}.png")
    # a trunk that has seen the world, heads that have seen nothing: half a minute is enough, on any processor
    shipped = load_weights("default").state
    trunk = {
        key.removeprefix("backbone."): value.numpy() for key, value in shipped.items() if "backbone.features" in key
    }
    np.savez(tmp_path / "trunk.npz", **trunk)
    cache = str(tmp_path / "cache")
    assert main(["train", "prepare", str(tmp_path / "stills"), "--out", cache, "--hold-out-share", "0.3"]) == 0
    return tmp_path


def config(folder: Path, out: str, steps: int) -> str:
    (folder / f"{out}.toml").write_text(CONFIG.format(out=out, steps=steps))
    return str(folder / f"{out}.toml")


def test_an_interrupted_run_ends_with_the_weights_of_an_undisturbed_one(folder: Path) -> None:
    torch.manual_seed(0)
    assert main(["train", config(folder, "whole", 6)]) == 0
    for stop in (["--stop-at", "2"], ["--resume", "--stop-at", "5"], ["--resume"]):
        assert main(["train", config(folder, "parts", 6), *stop]) == 0
    whole, parts = (load_weights(folder / out / "weights.safetensors").state for out in ("whole", "parts"))
    assert all(torch.equal(whole[key], parts[key]) for key in whole)
    for name in ("pairs.jpg", "predictions.jpg", "log.jsonl", "checkpoint.pt"):
        assert (folder / "whole" / name).stat().st_size > 0


def test_a_run_is_not_begun_twice_by_mistake(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = config(folder, "once", 1)
    assert main(["train", file]) == 0
    assert main(["train", file]) == 2
    assert "holds a run already: --resume it" in capsys.readouterr().err


def test_what_half_a_minute_of_training_learned_tracks_a_drawn_disc(folder: Path) -> None:
    assert main(["train", config(folder, "run", 30)]) == 0
    frames, truth = [], []
    ground = np.random.default_rng(99).integers(90, 160, (240, 320, 3)).astype(np.uint8)
    for index in range(10):
        frame, mask = ground.copy(), np.zeros((240, 320), np.uint8)
        cv2.circle(mask, (100 + 3 * index, 110 + 2 * index), 30, 1, -1)
        frame[mask == 1] = (255, 0, 0)
        frames.append(frame)
        truth.append(mask == 1)
    write_video(folder / "clip.mp4", frames)
    arguments = ["--box", "70,80,61,61", "--profile", "vot", "--weights", str(folder / "run" / "weights.safetensors")]
    assert main(["track", str(folder / "clip.mp4"), *arguments, "--masks", str(folder / "masks")]) == 0
    overlaps = []
    for index, expected in enumerate(truth):
        found = np.array(Image.open(folder / "masks" / f"{index:05}.png")) == 1
        overlaps.append((found & expected).sum() / (found | expected).sum())
    assert np.mean(overlaps) > 0.6, overlaps
    notes = [json.loads(line) for line in (folder / "run" / "log.jsonl").read_text().splitlines()]
    assert notes[-1]["held_out"]["mask_iou"] > 0.6
