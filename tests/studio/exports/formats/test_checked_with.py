"""What a format says it was checked with is what the tests here read it with."""

import re
from importlib.metadata import version
from pathlib import Path

import pytest

from studio.exports.formats import FORMATS

READERS = {
    "TrackEval": "trackeval",
    "Pillow": "PIL",
    "pycocotools": "pycocotools",
    "supervision": "supervision",
    "datumaro": "datumaro",
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_reader_that_is_named_is_used_in_its_version(name: str):
    named = re.findall(r"(\w+) (\d+(?:\.\d+)?)", FORMATS[name].checked_with)
    tests = [path.read_text() for path in Path(__file__).parent.glob("test_*.py") if path != Path(__file__)]

    for reader, release in named:
        assert f"{version(reader)}.".startswith(f"{release}."), f"{reader} {version(reader)} is what the tests use"
        used = [text for text in tests if re.search(rf"{READERS[reader]}", text) and f'"{name}"' in text]
        assert used, f"no test reads {name} with {reader}"
    assert named or "own" in FORMATS[name].checked_with or "fill" in FORMATS[name].checked_with or name == "csv"
