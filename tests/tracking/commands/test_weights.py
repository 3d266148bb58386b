from pathlib import Path

import pytest
import torch

from conformance.reference_weights import reference_state
from tracking.__main__ import main
from tracking.checkpoint import load_weights
from tracking.manifest import sha256_of

MANIFEST = """
default = "theirs"
[weights.theirs]
architecture = "siammask-sharp"
profile = "davis"
file = "theirs.safetensors"
url = "http://127.0.0.1:9/Theirs.pth"
licence = "MIT"
note = ""
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "weights"
    folder.mkdir()
    (folder / "manifest.toml").write_text(MANIFEST)
    monkeypatch.setenv("STUDIO_WEIGHTS", str(folder))
    return folder


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("elsewhere") / "Theirs.pth"
    torch.save({"state_dict": {key: torch.from_numpy(value) for key, value in reference_state().items()}}, file)
    return file


def test_offline_pull_says_what_to_get_and_how_to_add_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["weights", "pull", "theirs"]) == 2
    said = capsys.readouterr().err
    assert "On a machine with internet get http://127.0.0.1:9/Theirs.pth" in said
    assert "python -m tracking weights add FILE --name theirs" in said and len(said.splitlines()) == 1


def test_an_added_checkpoint_is_listed_verified_and_loaded(
    folder: Path, published: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["weights", "list"]) == 0 and "not here" in capsys.readouterr().out
    assert main(["weights", "add", str(published)]) == 0  # recognised by its published name
    assert main(["weights", "list"]) == 0 and "fetched" in capsys.readouterr().out
    assert main(["weights", "verify"]) == 0
    assert load_weights("theirs").profile == "davis"
    (folder / "theirs.safetensors").write_bytes(b"something else")
    assert main(["weights", "verify"]) == 2
    assert "where" in capsys.readouterr().err


def test_a_checkpoint_that_differs_from_the_first_one_trusted_is_refused(
    folder: Path, published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "fetched.toml").write_text(f'[theirs]\nsource_sha256 = "{"0" * 64}"\nsha256 = "{"0" * 64}"\n')
    assert main(["weights", "add", str(published)]) == 2
    assert f"has sha256 {sha256_of(published)}" in capsys.readouterr().err
    assert not (folder / "theirs.safetensors").exists()


def test_a_file_nobody_knows_needs_a_name(
    folder: Path, published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "model.pth"
    other.write_bytes(published.read_bytes())
    assert main(["weights", "add", str(other)]) == 2
    assert "add --name with one of theirs" in capsys.readouterr().err
    assert main(["weights", "add", str(other), "--name", "theirs"]) == 0


def test_unknown_weights_are_answered_with_exit_code_2(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["weights", "pull", "mine"]) == 2
    assert "no weights 'mine'" in capsys.readouterr().err
