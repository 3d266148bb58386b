"""Upload, track and download against a running studio, as a person types them."""

import csv
import hashlib
import io
import json
import urllib.request
import zipfile
from pathlib import Path

import pytest

from drawn.clips import Drawn, draw_clip, write_video
from studio.media.frame_table import FrameTable

COUNT = 12
pytestmark = pytest.mark.xdist_group("client")  # one studio for all of them


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    return draw_clip(COUNT)


@pytest.fixture(scope="module")
def tracked(studio, drawn: Drawn, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A clip that was sent and tracked; its id."""
    path = write_video(tmp_path_factory.mktemp("clip") / "my clip.mp4", drawn.frames, sound="aac")
    sent = studio.client("upload", str(path))
    assert sent.returncode == 0, sent.stderr
    video = sent.stdout.strip()
    followed = studio.client("track", video, "--box", drawn.box(), "--name", "ball 1")
    assert followed.returncode == 0, followed.stderr
    return video


def test_masks_of_a_clip_that_was_sent_come_back_as_a_table(studio, tracked: str, tmp_path: Path):
    got = studio.client("download", tracked, "--format", "csv", "--option", "every=2", "-o", str(tmp_path / "a.zip"))

    assert (got.returncode, got.stderr) == (0, "")
    assert got.stdout.strip() == str(tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("tracks.csv").decode())))
        manifest = json.loads(archive.read("manifest.json"))
    assert [int(row["frame"]) for row in rows] == list(range(0, COUNT, 2))
    assert {row["name"] for row in rows} == {"ball 1"}
    assert manifest["weights"][0]["name"] == "siammask-small"
    assert list(tmp_path.iterdir()) == [tmp_path / "a.zip"]


def test_a_film_has_every_frame_and_the_sum_the_studio_tells(studio, tracked: str, tmp_path: Path):
    got = studio.client("download", tracked, "--format", "overlay", "-o", str(tmp_path / "a.mp4"))

    assert got.returncode == 0, got.stderr
    assert len(FrameTable.of(tmp_path / "a.mp4")) == COUNT
    request = urllib.request.Request(
        f"{studio.url}/api/videos/{tracked}/exports", headers={"Authorization": f"Bearer {studio.token}"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        sums = [export["sha256"] for export in json.load(answer) if export["format"] == "overlay"]
    assert sums == [hashlib.sha256((tmp_path / "a.mp4").read_bytes()).hexdigest()]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "csv", "--option", "images=true"], "CSV has no option 'images'"),
        (["--format", "csv", "--option", "every"], "An option is NAME=VALUE"),
        (["--format", "csv", "--option", "objects=[9]"], "There is no object 9 in this clip. [no-such-object]"),
    ],
)
def test_the_servers_sentence_is_what_a_person_reads(studio, tracked: str, arguments: list[str], said: str):
    got = studio.client("download", tracked, *arguments)

    assert got.returncode == 2
    assert said in got.stderr and got.stderr.count("\n") == 1


def test_a_box_outside_the_picture_leaves_no_object_behind(studio, tracked: str):
    got = studio.client("track", tracked, "--box", "150,100,50,50")

    assert got.returncode == 2
    assert "reaches outside the picture of 160 x 120 px" in got.stderr
    request = urllib.request.Request(
        f"{studio.url}/api/videos/{tracked}/scene", headers={"Authorization": f"Bearer {studio.token}"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert [one["name"] for one in json.load(answer)["subjects"]] == ["ball 1"]


def test_what_is_no_clip_is_refused_by_the_studio(studio, tmp_path: Path):
    (tmp_path / "a.mp4").write_bytes(b"this is no film" * 100)

    got = studio.client("upload", str(tmp_path / "a.mp4"))

    assert got.returncode == 2
    assert "[not-video]" in got.stderr


@pytest.mark.parametrize(
    ("around", "said"),
    [
        ({"STUDIO_TOKEN": "sms_wrong"}, "[signed-out]"),
        ({"STUDIO_TOKEN": ""}, "--token or STUDIO_TOKEN is missing"),
        ({"STUDIO_SERVER": "ftp://somewhere"}, "begins with http:// or https://"),
        ({"STUDIO_SERVER": "http://127.0.0.1:1"}, "does not answer: "),
    ],
)
def test_a_wrong_server_or_token_is_one_sentence(studio, around: dict[str, str], said: str):
    got = studio.client("track", "00000000-0000-4000-8000-000000000000", "--box", "1,2,30,40", **around)

    assert got.returncode == 2
    assert said in got.stderr and got.stderr.count("\n") == 1


def test_a_box_that_is_none_is_told_by_the_command_line(studio):
    got = studio.client("track", "x", "--box", "1,2,3")

    assert got.returncode == 2
    assert "a box is four numbers X,Y,W,H, got '1,2,3'" in got.stderr
