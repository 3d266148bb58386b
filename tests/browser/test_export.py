"""The Export panel: its preview is the film, its lines for a shell work, its files are told of."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from browser.desk import ask, ready, until, upload
from drawn.clips import burn, write_video
from running.studio import ROOT, RunningStudio

pytestmark = pytest.mark.whole

FRAMES, WIDTH, HEIGHT = 10, 400, 300
SHOWN = 6
BOX = (150.0, 90.0, 100.0, 100.0)
# levels: what two H.264 codings, halved colours and a browser's own drawing may differ in
MEAN, MOST, SHARE_WITHIN = 5.0, 24, 0.97


def drawn() -> list[NDArray[np.uint8]]:
    """A red disc over a smooth ground, so that codings agree and edges are where they are."""
    x, y = np.meshgrid(np.linspace(60, 200, WIDTH), np.linspace(40, 160, HEIGHT))
    ground = np.stack([x * 0.5, y, 220 - x * 0.6], axis=2).astype(np.uint8)
    frames = []
    for index in range(FRAMES):
        frame = ground.copy()
        cv2.circle(frame, (200 + 2 * index, 140), 48, (210, 60, 50), -1, cv2.LINE_AA)
        burn(frame, index)
        frames.append(frame)
    return frames


def film(folder: Path) -> Path:
    return write_video(folder / "a disc.mp4", drawn(), sound="aac")


@pytest.fixture(scope="module")
def clip(first_page: Page, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A clip with one object, followed."""
    page = first_page
    video = upload(page, film(tmp_path_factory.mktemp("films")))
    subject = ask(page, "POST", f"/api/videos/{video}/subjects", {})["id"]
    ask(page, "PUT", f"/api/subjects/{subject}/prompts/0", {"box": BOX})
    run = ask(page, "POST", f"/api/videos/{video}/runs", {})["id"]
    until(page, lambda: ask(page, "GET", f"/api/runs/{run}")["job"]["state"] == "done", seconds=120)
    return video


@pytest.fixture
def panel(page: Page, clip: str) -> Iterator[Page]:
    """The studio with its Export panel open."""
    page.goto(f"/videos/{clip}")
    ready(page)
    page.keyboard.press("Shift+E")
    expect(page.locator("[data-format='coco']")).to_be_visible()
    yield page


def choose(page: Page, tab: str, name: str) -> None:
    page.get_by_role("tab", name=tab).click()
    page.locator(f"[data-format='{name}']").click()


def made(page: Page, name: str) -> dict:
    """What the panel's button makes, when it is done."""
    page.get_by_role("button", name=re.compile("^Export .")).click()
    row = page.locator(f"[data-export='{name}']").first
    expect(row).to_have_attribute("data-state", "done", timeout=90_000)
    video = page.url.rpartition("/")[2]
    return next(one for one in page.request.get(f"/api/videos/{video}/exports").json() if one["format"] == name)


def on_the_stage(page: Page) -> NDArray[np.int64]:
    """The picture as the stage shows it at 1:1, [HEIGHT, WIDTH, 3]."""
    page.get_by_role("button", name=re.compile("1:1|100 %")).first.click()
    expect(page.locator("#stage")).to_have_attribute("data-scale", "1")
    found = page.evaluate(
        """([width, height]) => {
            const canvas = document.querySelector("#stage");
            const [left, top] = [canvas.dataset.left, canvas.dataset.top].map((side) => Math.round(+side));
            return [...canvas.getContext("2d").getImageData(left, top, width, height).data];
        }""",
        [WIDTH, HEIGHT],
    )
    return np.array(found).reshape(HEIGHT, WIDTH, 4)[..., :3]


def within(apart: NDArray[np.int64]) -> float:
    """The share of pixels that are as good as equal."""
    return float((apart.max(axis=2) <= MOST).mean())


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("overlay", {"opacity": 55, "edge": 4}),
        ("matte", {"feather": 12}),
        ("background", {"feather": 6}),
        ("spotlight", {"light": 20}),
    ],
)
def test_the_preview_is_the_film(panel: Page, tmp_path: Path, name: str, options: dict[str, int]):
    choose(panel, "Film", name)
    for option, value in options.items():
        field = panel.locator(f"#option-{option}")
        field.fill(str(value))
        field.press("Enter")
    panel.get_by_label("Frame", exact=True).fill(str(SHOWN))
    panel.get_by_label("Frame", exact=True).press("Enter")
    expect(panel.locator("body")).to_have_attribute("data-frame", str(SHOWN))
    expect(panel.locator("#stage")).to_have_attribute("data-shows", "film")
    panel.wait_for_timeout(500)  # the mask's bitmap comes from a worker

    shown = on_the_stage(panel)
    export = made(panel, name)

    assert export["options"] == options
    (tmp_path / "film.mp4").write_bytes(panel.request.get(export["url"]).body())
    with av.open(str(tmp_path / "film.mp4")) as container:
        frames = [frame.to_ndarray(format="rgb24").astype(np.int64) for frame in container.decode(video=0)]
    assert len(frames) == FRAMES
    apart = np.abs(shown - frames[SHOWN])
    assert apart.mean() < MEAN
    assert within(apart) > SHARE_WITHIN
    assert within(np.abs(drawn()[SHOWN] - frames[SHOWN])) < SHARE_WITHIN  # a stage without the effect would not do


def test_the_lines_for_a_shell_work(panel: Page, studio: RunningStudio, tmp_path: Path):
    token = ask(panel, "POST", "/api/tokens", {"name": "shell"})["token"]
    choose(panel, "Annotations", "vot")
    panel.locator("#option-region").select_option("mask")
    panel.locator("#option-every").fill("3")
    panel.locator("#option-every").press("Enter")
    panel.get_by_text("Show as API call or command line").click()
    told = {kind: panel.locator(f"[data-call='{kind}']").inner_text() for kind in ("API call", "Command line")}
    shell = {
        "STUDIO_TOKEN": token,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }

    answer = subprocess.run(told["API call"], shell=True, env=shell, capture_output=True, text=True, check=True)
    saved = subprocess.run(
        told["Command line"], shell=True, env=shell, cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert json.loads(answer.stdout)["options"] == {"every": 3, "region": "mask"}
    file = tmp_path / saved.stdout.strip().splitlines()[-1]
    files = panel.locator("[data-export='vot']")
    expect(files).to_have_count(1)  # the same wish is the same file
    expect(files).to_have_attribute("data-state", "done")
    expect(files).to_contain_text(hashlib.sha256(file.read_bytes()).hexdigest())
    expect(files).to_contain_text("kept until")


def test_what_cannot_be_is_said_before_it_is_asked(panel: Page):
    choose(panel, "Annotations", "coco")
    expect(panel.get_by_role("status").filter(has_text="About")).to_contain_text(f"{FRAMES} frames, {FRAMES} masks")

    panel.get_by_label("Last frame of the file").fill("3")
    panel.get_by_label("Last frame of the file").press("Enter")

    expect(panel.get_by_role("status").filter(has_text="About")).to_contain_text("4 frames, 4 masks")


def test_tabs_are_turned_by_keys(panel: Page):
    panel.get_by_role("tab", name="Annotations").focus()
    panel.keyboard.press("ArrowRight")

    expect(panel.get_by_role("tab", name="Film")).to_be_focused()
    expect(panel.get_by_role("radio", name="Matte film")).to_be_visible()
    expect(panel.locator("body")).to_have_attribute("data-frame", "0")
