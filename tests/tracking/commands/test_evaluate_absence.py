from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from drawn.clips import draw_clip
from tracking.__main__ import main
from tracking.checkpoint import save_weights
from tracking.presence import Presence
from tracking.siammask import siammask_small

TABLE = Presence((0.0,) * 8, bias=-9, doubtful_below=0.6, lost_below=0.4, found_above=0.8, patience=1)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Weights that have learned nothing, always the same."""
    file = tmp_path_factory.mktemp("weights") / "random.safetensors"
    with torch.random.fork_rng():
        torch.manual_seed(0)
        state = siammask_small().state_dict()
    save_weights(file, state, {"architecture": "siammask-small", "width": "128", "profile": "default"})
    return str(file)


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """A labelled clip of 12 frames."""
    drawn = draw_clip(12, 200, 120)
    for name, pictures in (("images", drawn.frames), ("masks", drawn.labels)):
        (tmp_path / "clip" / name).mkdir(parents=True)
        for index, picture in enumerate(pictures):
            cv2.imwrite(str(tmp_path / "clip" / name / f"{index:05d}.png"), np.asarray(picture))
    return tmp_path / "clip"


def absence(*words: object) -> int:
    return main(["evaluate", "absence", *(str(word) for word in words), "--device", "cpu", "--precision", "fp32"])


def test_a_line_a_clip_and_all_together(weights: str, video: Path, capsys: pytest.CaptureFixture[str]):
    code = absence("--seeds", 0, "--videos", video, "--weights", weights)

    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    assert [line.split()[0] for line in lines] == ["absence,", "precision", "clip-panned-1", "all", "found", "on"]


def test_who_disbelieves_everything_misses_no_absence(
    weights: str, video: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "never.toml").write_text(TABLE.to_toml("presence"))
    recalls = []
    for presence in ("off", tmp_path / "never.toml"):
        absence("--seeds", 0, "--videos", video, "--weights", weights, "--presence", presence)
        recalls.append(float(capsys.readouterr().out.splitlines()[-3].split()[2]))

    assert recalls == [0.0, 1.0]


def test_from_too_few_finds_nothing_is_chosen_and_nothing_written(
    weights: str, video: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    out = tmp_path / "chosen.toml"

    code = absence("--seeds", 0, "--videos", video, "--weights", weights, "--choose", "--out", out)

    assert code == 2
    assert "too few to choose from; 20 of each" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--seeds", "0"), "there are no clips"),
        (("--seeds", "-1"), "from 0 up, got -1"),
        (("--presence", "nowhere.toml"), "nowhere.toml holds no table"),
        (("--seeds", "0", "--videos", "nowhere"), "there is no folder nowhere"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
):
    assert absence(*words) == 2
    assert said in capsys.readouterr().err
