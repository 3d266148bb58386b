"""Putting files back into a clip, as a person types it."""

import json
import urllib.request
from pathlib import Path

import pytest

from drawn.clips import Drawn, draw_clip, write_video

COUNT = 8
pytestmark = pytest.mark.xdist_group("client")  # one studio for all of them


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    return draw_clip(COUNT)


@pytest.fixture(scope="module")
def videos(studio, drawn: Drawn, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A clip that was tracked and a fresh copy of it."""
    path = write_video(tmp_path_factory.mktemp("clip") / "my clip.mp4", drawn.frames)
    first, copy = (studio.client("upload", str(path)).stdout.strip() for _ in range(2))
    assert studio.client("track", first, "--box", drawn.box(), "--name", "ball 1").returncode == 0
    return first, copy


def lanes(studio, video: str) -> dict[str, list]:
    """Each object's frames, scores and states, by name."""
    request = urllib.request.Request(
        f"{studio.url}/api/videos/{video}/scene", headers={"Authorization": f"Bearer {studio.token}"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        scene = json.load(answer)
    return {one["name"]: scene["lanes"][one["id"]] for one in scene["subjects"]}


def test_a_project_file_goes_into_a_copy_of_its_clip(studio, videos: tuple[str, str], tmp_path: Path):
    first, copy = videos
    file = str(tmp_path / "scene.zip")
    assert studio.client("download", first, "--format", "project", "-o", file).returncode == 0

    looked = studio.client("import", copy, file, "--look")
    assert (looked.returncode, looked.stderr) == (0, "")
    assert looked.stdout.splitlines() == [f"project: 1 objects, {COUNT} masks", f"  ball 1: {COUNT} masks"]
    assert lanes(studio, copy) == {}

    assert studio.client("import", copy, file).returncode == 0
    assert lanes(studio, copy) == lanes(studio, first)


def test_a_file_that_is_none_of_them_is_one_sentence(studio, videos: tuple[str, str], tmp_path: Path):
    (tmp_path / "notes.txt").write_text("hello")

    got = studio.client("import", videos[1], str(tmp_path / "notes.txt"))

    assert got.returncode == 2
    assert got.stderr.startswith("notes.txt: this is none of the files that can be imported")
    assert got.stderr.endswith("[unknown-import]\n")
