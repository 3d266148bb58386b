import hashlib
from pathlib import Path

import pytest

from tracking.errors import ChecksumMismatch, UnknownWeights
from tracking.manifest import Fetched, presence_of, read_manifest, weights_file
from tracking.presence import Evidence, Presence
from tracking.profile import PROFILES
from tracking.siammask import ARCHITECTURES

SUM = "5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5"  # of "12345"
MANIFEST = f"""
default = "own"
[weights.own]
architecture = "siammask-small"
profile = "default"
file = "own.safetensors"
sha256 = "{SUM}"
bytes = 5
licence = "Apache-2.0"
note = ""
[weights.theirs]
architecture = "siammask-sharp"
profile = "davis"
file = "theirs.safetensors"
url = "http://example.invalid/theirs.pth"
licence = "MIT"
note = ""
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "manifest.toml").write_text(MANIFEST)
    monkeypatch.setenv("STUDIO_WEIGHTS", str(tmp_path))
    return tmp_path


def test_default_is_another_name_for_the_entry_the_manifest_names(folder: Path) -> None:
    (folder / "own.safetensors").write_bytes(b"12345")
    assert weights_file("default") == weights_file("own") == folder / "own.safetensors"


def test_an_unknown_name_is_answered_with_the_known_ones(folder: Path) -> None:
    with pytest.raises(UnknownWeights, match="no weights 'mine'; there are own, theirs"):
        weights_file("mine")


def test_weights_that_are_not_here_come_with_the_command_that_fetches_them(folder: Path) -> None:
    with pytest.raises(UnknownWeights, match="python -m tracking weights pull theirs"):
        weights_file("theirs")


def test_a_shipped_file_of_another_size_is_not_used(folder: Path) -> None:
    (folder / "own.safetensors").write_bytes(b"1234567")
    with pytest.raises(ChecksumMismatch, match="7 bytes where the manifest says 5"):
        weights_file("default")


@pytest.mark.parametrize("bit", range(0, 40, 3))
def test_a_file_with_one_bit_changed_is_refused_with_both_sums(folder: Path, bit: int) -> None:
    known = b"12345"
    changed = (int.from_bytes(known) ^ (1 << bit)).to_bytes(len(known))
    (folder / "own.safetensors").write_bytes(changed)
    with pytest.raises(ChecksumMismatch, match=f"{hashlib.sha256(changed).hexdigest()} where 5994471abb01"):
        weights_file("default")


def test_a_path_is_itself_and_must_exist(folder: Path) -> None:
    file = folder / "mine.safetensors"
    with pytest.raises(UnknownWeights, match="there is no file"):
        weights_file(file)
    file.write_bytes(b"")
    assert weights_file(str(file)) == file


def test_what_was_fetched_is_remembered(folder: Path) -> None:
    read_manifest().note("theirs", Fetched("aa", "bb"))
    manifest = read_manifest()
    assert manifest.fetched == {"theirs": Fetched("aa", "bb")}
    assert manifest.expected_sha256(manifest.entry("theirs")) == "bb"
    assert manifest.expected_sha256(manifest.entry("own")) == SUM


@pytest.mark.parametrize("text", ["not toml [", "default = 1", 'default="a"\n[weights.a]\nfile="x"\nbogus=1'])
def test_a_broken_manifest_is_one_sentence(folder: Path, text: str) -> None:
    (folder / "manifest.toml").write_text(text)
    with pytest.raises(UnknownWeights, match="manifest of weights"):
        read_manifest()


def test_every_entry_of_the_real_manifest_can_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STUDIO_WEIGHTS", raising=False)
    manifest = read_manifest()
    assert manifest.entry("default").architecture == "siammask-small"
    for entry in manifest.entries:
        assert entry.architecture in ARCHITECTURES and entry.profile in PROFILES
        assert entry.shipped or entry.name == manifest.default or entry.url or entry.page


def test_when_to_disbelieve_a_find_stands_beside_the_weights_and_a_file_has_none(folder: Path) -> None:
    weighed = ", ".join(f"{name} = 1.5" for name in Evidence._fields)
    table = "bias = -2\ndoubtful_below = 0.7\nlost_below = 0.4\nfound_above = 0.8\npatience = 2\n"
    with (folder / "manifest.toml").open("a") as manifest:
        manifest.write(f"[weights.own.presence]\n{table}weights = {{ {weighed} }}\n")
    assert presence_of("default") == Presence((1.5,) * 8, -2, 0.7, 0.4, 0.8, 2)
    assert presence_of("theirs") is None
    assert presence_of(folder / "own.safetensors") is None


def test_a_broken_table_of_presence_is_a_broken_manifest(folder: Path) -> None:
    with (folder / "manifest.toml").open("a") as manifest:
        manifest.write("[weights.own.presence]\nbias = -2\n")
    with pytest.raises(UnknownWeights, match="presence"):
        read_manifest()
