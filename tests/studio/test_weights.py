"""The list of weights, as the server reads it: the project's sums, those of fetched ones, and what is no list."""

from pathlib import Path

import pytest

from studio.weights import UnreadableList, read_weights
from tracking.manifest import read_manifest

ROOT = Path(__file__).parents[2]
LIST = (
    'default = "small"\n'
    '[weights.small]\narchitecture = "a"\nprofile = "p"\nfile = "small.bin"\nbytes = 3\nsha256 = "11"\n'
    '[weights.large]\narchitecture = "b"\nprofile = "q"\nfile = "large.bin"\nnote = "n"\n'
)


def test_sums_are_the_lists_own_or_those_of_what_was_fetched(tmp_path: Path):
    (tmp_path / "manifest.toml").write_text(LIST)
    assert [entry.sha256 for entry in read_weights(tmp_path).entries] == ["11", None]

    (tmp_path / "fetched.toml").write_text('[large]\nsource_sha256 = "33"\nsha256 = "22"\n[small]\nsha256 = "99"\n')

    listed = read_weights(tmp_path)
    assert [(entry.name, entry.sha256) for entry in listed.entries] == [("small", "11"), ("large", "22")]
    assert (listed.default, listed.entries[0].file, listed.entries[1].note) == ("small", tmp_path / "small.bin", "n")


def test_the_projects_own_list_says_what_the_tracker_reads_in_it():
    listed, tracked = read_weights(ROOT / "weights"), read_manifest(ROOT / "weights")

    assert listed.default == tracked.default
    assert [(one.name, one.architecture, one.profile, one.bytes, one.sha256) for one in listed.entries] == [
        (one.name, one.architecture, one.profile, one.bytes, tracked.expected_sha256(one)) for one in tracked.entries
    ]


@pytest.mark.parametrize("content", [None, "default = 3", "nonsense", "default = 'a'\n[weights]\na = 3\n"])
def test_what_is_no_list_is_refused(tmp_path: Path, content: str | None):
    if content is not None:
        (tmp_path / "manifest.toml").write_text(content)

    with pytest.raises(UnreadableList, match="cannot be read"):
        read_weights(tmp_path)


def test_a_broken_note_of_what_was_fetched_is_refused_too(tmp_path: Path):
    (tmp_path / "manifest.toml").write_text(LIST)
    (tmp_path / "fetched.toml").write_text("large = 3")

    with pytest.raises(UnreadableList):
        read_weights(tmp_path)
