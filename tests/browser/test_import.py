"""A scene leaves as a project file, is deleted, and comes back through the dialog: the picture is the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from pycocotools import mask as coco

from browser.desk import ask, ready, upload
from drawn.clips import draw_clip, write_video
from running.studio import ROOT, RunningStudio

pytestmark = pytest.mark.whole

FRAMES, WIDTH, HEIGHT = 12, 320, 240
SHOWN = """() => {
    const canvas = document.querySelector("#stage");
    const bytes = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    let sum = 0;
    for (let at = 0; at < bytes.length; at += 1) sum = (sum * 31 + bytes[at]) | 0;
    return sum;
}"""


def counts_of(frame: int, place: int) -> str:
    bits = np.zeros((HEIGHT, WIDTH), np.uint8)
    bits[40 + 60 * place : 90 + 60 * place, 30 + 8 * frame : 90 + 8 * frame] = 1
    bits[50 + 60 * place : 60 + 60 * place, 50 + 8 * frame : 60 + 8 * frame] = 0
    return coco.encode(np.asfortranarray(bits))["counts"].decode()


def client(studio: RunningStudio, page: Page, *arguments: str) -> str:
    """What `python -m studio.client` says to the person who is signed in."""
    token = ask(page, "POST", "/api/tokens", {"name": "test"})["token"]
    command = [sys.executable, "-m", "studio.client", *arguments, "--server", studio.address, "--token", token]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def video(first_page: Page, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A clip with two objects whose masks were drawn."""
    film = write_video(tmp_path_factory.mktemp("films") / "a clip.mp4", draw_clip(FRAMES, WIDTH, HEIGHT).frames)
    video = upload(first_page, film)
    for place in range(2):
        subject = ask(first_page, "POST", f"/api/videos/{video}/subjects", {"name": f"block {place}"})["id"]
        for frame in range(FRAMES - place):
            mask = {"size": [HEIGHT, WIDTH], "counts": counts_of(frame, place)}
            ask(first_page, "PUT", f"/api/subjects/{subject}/masks/{frame}", mask)
    return video


def settled(page: Page, objects: int, expected: int | None = None) -> int:
    """The sum of the canvas's pixels once it shows so many objects and has been the same for a second.

    With `expected` it waits for that sum, and returns the last one where it never comes.
    """
    expect(page.locator("[data-subject]")).to_have_count(objects)
    last, same = 0, 0
    for _ in range(100):
        page.wait_for_timeout(250)
        now = int(page.evaluate(SHOWN))
        last, same = now, same + 1 if now == last else 0
        if now == expected or (expected is None and same == 4):
            return now
    return last


def test_a_project_file_brings_a_deleted_scene_back(studio: RunningStudio, page: Page, video: str, tmp_path: Path):
    page.goto(f"/videos/{video}")
    ready(page)
    with_objects = settled(page, 2)
    file = tmp_path / "scene.zip"
    client(studio, page, "download", video, "--format", "project", "-o", str(file))
    lanes = sorted(map(str, page.request.get(f"/api/videos/{video}/scene").json()["lanes"].values()))

    for subject in page.request.get(f"/api/videos/{video}/scene").json()["subjects"]:
        ask(page, "DELETE", f"/api/subjects/{subject['id']}")
    empty = settled(page, 0)
    assert empty != with_objects

    page.keyboard.press("Shift+I")
    dialog = page.get_by_role("dialog", name="Import")
    expect(dialog).to_be_visible()
    page.get_by_label("File to import").set_input_files(file)
    expect(dialog).to_have_attribute("data-phase", "found", timeout=60_000)
    expect(dialog.get_by_text("This makes 2 objects and 23 masks")).to_be_visible()
    expect(dialog.get_by_label("Read as")).to_have_value("project")
    expect(page.locator("[data-subject]")).to_have_count(0)
    dialog.get_by_role("button", name="Import", exact=True).click()
    expect(dialog).to_have_attribute("data-phase", "done", timeout=60_000)
    page.keyboard.press("Escape")
    assert settled(page, 2) != empty, "masks are shown as they come"

    page.reload()  # then an object is selected again, and drawn brighter, as at the beginning
    ready(page)
    assert settled(page, 2, with_objects) == with_objects
    scene = page.request.get(f"/api/videos/{video}/scene").json()
    assert sorted(map(str, scene["lanes"].values())) == lanes
    assert [subject["name"] for subject in scene["subjects"]] == ["block 0", "block 1"]


def test_a_file_dropped_on_the_picture_is_refused_with_its_sentence(page: Page, video: str):
    page.goto(f"/videos/{video}")
    ready(page)
    page.evaluate(
        """() => {
            const files = new DataTransfer();
            files.items.add(new File(["hello"], "notes.txt"));
            document.querySelector("#stage").dispatchEvent(
                new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
        }"""
    )

    dialog = page.get_by_role("dialog", name="Import")
    expect(dialog).to_have_attribute("data-phase", "failed", timeout=60_000)
    expect(dialog.get_by_role("alert")).to_contain_text("notes.txt: this is none of the files that can be imported")
    dialog.get_by_label("Read as").select_option("vot")
    expect(dialog.get_by_role("alert")).to_contain_text("there is no VOT text in it", timeout=60_000)
