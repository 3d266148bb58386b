import json
from pathlib import Path

import pytest
import torch

from drawn.benchmarks import write_davis, write_otb, write_vot
from tracking.__main__ import main
from tracking.checkpoint import save_weights
from tracking.siammask import siammask_small


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Weights that have learned nothing, always the same."""
    file = tmp_path_factory.mktemp("weights") / "random.safetensors"
    with torch.random.fork_rng():
        torch.manual_seed(0)
        state = siammask_small().state_dict()
    save_weights(file, state, {"architecture": "siammask-small", "width": "128", "profile": "default"})
    return str(file)


def evaluate(*words: object) -> int:
    return main(["evaluate", *(str(word) for word in words), "--device", "cpu", "--precision", "fp32"])


@pytest.mark.parametrize("year", [2016, 2017])
def test_davis_gives_a_line_a_sequence_the_mean_and_a_file(
    year: int, weights: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    for name in ("first", "second"):
        write_davis(tmp_path, name, frames=4, year=year)
    out = tmp_path / "scores.json"

    code = evaluate("davis", "--root", tmp_path, "--year", year, "--weights", weights, "--out", out)

    lines = capsys.readouterr().out.splitlines()
    report = json.loads(out.read_text())
    assert code == 0
    assert [line.split()[0] for line in lines] == ["davis,", "J", "first", "second", "mean", "fps:"]
    assert [row["name"] for row in report["sequences"]] == ["first", "second"]
    assert [len(row["objects"]) for row in report["sequences"]] == [year - 2015] * 2
    assert report["mean"]["J"].keys() == {"mean", "recall", "decay"}
    assert report["mean"]["fps"] > 0
    assert lines[4].split()[1] == f"{report['mean']['J']['mean']:.3f}"


def test_the_same_weights_score_the_same_twice(weights: str, tmp_path: Path):
    write_davis(tmp_path, frames=4)
    reports = []
    for run in ("one", "two"):
        evaluate("davis", "--root", tmp_path, "--weights", weights, "--out", tmp_path / f"{run}.json")
        report = json.loads((tmp_path / f"{run}.json").read_text())
        reports.append([report["sequences"][0]["J"], report["sequences"][0]["F"]])

    assert reports[0] == reports[1]


def test_only_the_named_sequences_are_scored(weights: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    for name in ("first", "second", "third"):
        write_davis(tmp_path, name, frames=3)

    evaluate("davis", "--root", tmp_path, "--sequences", "third,first", "--weights", weights)

    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()[2:4]] == ["third", "first"]


def test_a_threshold_takes_the_place_of_the_profiles(weights: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    write_davis(tmp_path, frames=3)
    out = tmp_path / "scores.json"

    evaluate("davis", "--root", tmp_path, "--weights", weights, "--threshold", "0.9", "--profile", "vot", "--out", out)

    assert json.loads(out.read_text())["profile"]["mask_threshold"] == 0.9
    assert "profile vot, threshold 0.9" in capsys.readouterr().out


def test_vot_gives_accuracy_robustness_and_expected_overlap(
    weights: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    write_vot(tmp_path, frames=14)
    out = tmp_path / "scores.json"

    code = evaluate("vot", "--root", tmp_path, "--interval", "4,12", "--weights", weights, "--out", out)

    report = json.loads(out.read_text())
    assert code == 0
    assert report["interval"] == [4, 12]
    assert 0 <= report["mean"]["EAO"] <= 1
    assert report["mean"]["R"] == pytest.approx(100 * report["mean"]["failures"] / 14)
    assert "over 4-12" in capsys.readouterr().out


def test_vot_says_when_no_sequence_is_long_enough(weights: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    write_vot(tmp_path, frames=4)
    out = tmp_path / "scores.json"

    evaluate("vot", "--root", tmp_path, "--year", "2016", "--weights", weights, "--out", out)

    assert "no EAO: no sequence has 108 frames" in capsys.readouterr().out
    assert json.loads(out.read_text())["mean"]["EAO"] is None


def test_otb_gives_success_and_precision(weights: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    write_otb(tmp_path, frames=4)
    out = tmp_path / "scores.json"

    code = evaluate("otb", "--root", tmp_path, "--weights", weights, "--out", out)

    assert code == 0
    assert json.loads(out.read_text())["sequences"][0]["name"] == "Shapes"
    assert "Shapes" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["davis", "--root", "nowhere"], "there is no folder nowhere"),
        (["davis", "--root", "."], "is not laid out as DAVIS"),
        (["vot", "--root", "."], "there are no sequences in ."),
        (["otb", "--root", ".", "--sequences", "Bolt"], "there is no sequence Bolt"),
        (["davis", "--root", ".", "--threshold", "1.5"], "a threshold lies between 0 and 1, got 1.5"),
        (["davis", "--root", ".", "--out", "nowhere/scores.json"], "there is no folder nowhere to write scores.json"),
        (["vot", "--root", ".", "--interval", "10"], "an interval is two whole numbers LOW,HIGH"),
        (["vot", "--root", ".", "--interval", "20,10"], "an interval goes from at least 2 frames upwards"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(
    words: list[str],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.chdir(tmp_path)

    code = evaluate(*words)

    error = capsys.readouterr().err
    assert code == 2
    assert sentence in error
    assert error.count("\n") == 1
