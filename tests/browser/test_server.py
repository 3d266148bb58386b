"""The main job on a server: PostgreSQL, Redis, a bucket, two web processes and three workers that share no disk.

In one file, so that both tests have one server, and no other is on its Redis.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import msgpack
import pytest
from playwright.sync_api import Browser
from websockets.sync.client import connect

from browser.first_hour import first_hour
from browser.window import open_window, sign_in
from drawn.clips import draw_clip, write_video
from running.server import ServedStudio, served_studio
from running.studio import Visitor

pytestmark = [pytest.mark.whole, pytest.mark.long]
FRAMES = 48


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedStudio]:
    with served_studio(tmp_path_factory.mktemp("server")) as studio:
        yield studio


@pytest.fixture
def server(deployed: ServedStudio) -> ServedStudio:
    """The server, with a link for a person of this test's own."""
    deployed.link = deployed.link_for(f"person-{uuid4().hex[:8]}")
    return deployed


def test_from_a_film_to_masks_to_files_on_a_server(server: ServedStudio, chromium: Browser, tmp_path: Path):
    with open_window(chromium, server, sign_in(chromium, server)) as page:
        first_hour(page, tmp_path)


def test_from_an_upload_to_a_file_with_masks_across_processes_that_share_no_disk(server: ServedStudio, tmp_path: Path):
    drawn = draw_clip(FRAMES, 320, 240)
    film = write_video(tmp_path / "one thing.mp4", drawn.frames, sound="aac")
    ann = Visitor(server)
    other_web = server.addresses[1]
    video = ann.upload(film)
    ann.put_box(video, [float(value) for value in drawn.box(0, 1).split(",")])

    # the page hears of every mask from the web process that it did not ask
    cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in ann.cookies())
    told: set[int] = set()
    address = f"ws://{urlsplit(other_web).netloc}/live/videos/{video}?after=0"
    with connect(address, origin=other_web, additional_headers={"Cookie": cookies}) as socket:
        ann._post(f"/api/videos/{video}/runs", b"{}")
        while len(told) < FRAMES:
            message = msgpack.unpackb(socket.recv(timeout=120))
            if message["type"] == "changes":
                told |= {item["frame"] for item in message["items"] if item["kind"] == "mask"}
                socket.send(msgpack.packb({"type": "ack", "revision": message["revision"]}))
    assert told == set(range(FRAMES))
    assert len(ann.masks(video, FRAMES)) == FRAMES

    # media and downloads come from the bucket, through the proxy where there is one
    shown = json.loads(ann.get(f"/api/videos/{video}"))["proxy_url"]
    assert ann.get(shown)[4:8] == b"ftyp"
    for _ in server.addresses:  # the proxy asks them in turn
        assert len(json.loads(ann.get(f"/api/videos/{video}/frames"))["pts"]) == FRAMES
    ann.client("download", video, "--format", "coco", "--output", str(tmp_path / "coco.zip"))
    with zipfile.ZipFile(tmp_path / "coco.zip") as archive:
        name = next(name for name in archive.namelist() if name.endswith(".json") and "manifest" not in name)
        assert len(json.loads(archive.read(name))["annotations"]) == FRAMES

    # no process keeps what the bucket has, beside its cache
    left = [path for path in server.data.glob("*/videos/*/*") if path.is_file()]
    left += [path for path in server.data.glob("*/exports/*/*") if path.is_file()]
    assert left == []
