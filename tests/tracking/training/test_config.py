from pathlib import Path

import pytest

from tracking.errors import BadConfig
from tracking.training.config import read_config

GOOD = 'recipe = "small"\ndata = "cache"\nout = "run"\nsteps = 10\n'


def config(folder: Path, text: str) -> Path:
    (folder / "c.toml").write_text(text)
    return folder / "c.toml"


def test_paths_start_at_the_file(tmp_path: Path) -> None:
    read = read_config(config(tmp_path, GOOD + "[rates]\nflip = 0.0\n[source_weights]\ncats = 2.0\n"))
    assert read.data == tmp_path / "cache" and read.out == tmp_path / "run"
    assert read.rates.flip == 0.0 and read.source_weights == {"cats": 2.0}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (GOOD + "bacth = 4\n", "bacth is not a setting; there are .*batch"),
        (GOOD + "[rates]\nblure = 1\n", r"rates\.blure is not a setting"),
        (GOOD.replace("small", "huge"), "recipe is one of small, base, refine, got 'huge'"),
        (GOOD.replace("steps = 10", "steps = 0"), "steps must be at least 1, got 0"),
        (GOOD + 'precision = "fp8"\n', "precision is fp32 or bf16"),
        ("recipe = 'small'\n", "incomplete"),
        ("recipe = \n", "not TOML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(BadConfig, match=sentence):
        read_config(config(tmp_path, text))


CONFIGS = Path(__file__).resolve().parents[3] / "tracking" / "training" / "configs"


@pytest.mark.parametrize("name", ["small", "large-objects"])
def test_the_recipes_that_come_with_the_project_can_be_read(name: str) -> None:
    assert read_config(CONFIGS / f"{name}.toml").recipe == "small"
