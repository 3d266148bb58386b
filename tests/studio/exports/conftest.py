"""Writing a format to a zip and unpacking it, as a person would."""

import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import pytest

from drawn.tracks import FRAMES, Masks, tracks_in
from studio.exports.formats import FORMATS
from studio.exports.kinds import parse_wish
from studio.exports.target import Target
from studio.exports.tracks import Tracks


@dataclass
class Written:
    """A zip unpacked, and what the format counted."""

    folder: Path
    zip: Path
    tracks: Tracks
    counted: Mapping[str, object]

    def json(self, name: str) -> dict:
        return json.loads((self.folder / name).read_text(encoding="utf-8"))

    def text(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    @property
    def names(self) -> list[str]:
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Written]:
    """written("coco", every=2) -> the drawn masks as this format has them."""

    def write(kind: str, masks: Masks | None = None, title: str = "My clip.mp4", **options: object) -> Written:
        folder = Path(mkdtemp(dir=tmp_path))
        wish = parse_wish(kind, options, FRAMES)
        with tracks_in(folder, wish, masks, title) as tracks, Target(folder / "a.zip") as target:
            counted = FORMATS[kind].write(tracks, target)
        with zipfile.ZipFile(folder / "a.zip") as archive:
            assert archive.testzip() is None
            archive.extractall(folder / "unpacked")
        return Written(folder / "unpacked", folder / "a.zip", tracks, counted)

    return write
