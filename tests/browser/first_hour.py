"""A person's first hour: upload, draw, track, watch, reload, correct, take the files away."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from pathlib import Path

import av
import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect
from pycocotools import mask as coco_mask

from browser.desk import Box, Desk, ready, until, upload
from drawn.clips import Drawn, draw_clip, write_video

FRAMES = 160
WIDTH, HEIGHT = 640, 480
BLUE, RED = 1, 2  # labels of the drawn clip


def first_hour(page: Page, folder: Path) -> None:
    """All of it, checked step by step; files go into the folder."""
    drawn = draw_clip(FRAMES, WIDTH, HEIGHT, objects=2)
    film = write_video(folder / "two things.mp4", drawn.frames, sound="aac")

    # upload
    desk = Desk(page, upload(page, film), FRAMES)

    # draw two boxes and track
    desk.draw_box(box_of(drawn, 0, BLUE))
    page.keyboard.press("n")
    desk.draw_box(box_of(drawn, 0, RED))
    expect(page.locator("[data-subject]")).to_have_count(2)
    plain = desk.pixel(*middle_of(drawn, 0, BLUE))
    page.get_by_role("button", name="Track", exact=False).and_(page.locator(".primary")).click()

    # masks are on the canvas before the run ends
    until(page, lambda: min(map(len, desk.scene()["lanes"].values()), default=0) >= 3, seconds=120)
    seen = middle_of(drawn, 0, BLUE)
    until(page, lambda: max(abs(was - now) for was, now in zip(plain, desk.pixel(*seen), strict=True)) > 20)
    assert page.locator("body").get_attribute("data-run-state") == "running", "masks came only when all was done"

    # reload in the middle, and lose nothing
    page.reload()
    ready(page)
    expect(page.locator("[data-subject]")).to_have_count(2)
    expect(page.locator("body")).to_have_attribute("data-run-state", "done", timeout=120_000)

    # what each stage took
    page.get_by_role("button", name="Details of the run").click()
    details = page.get_by_role("dialog", name="Details of the run")
    stages = details.locator("[data-stage]")
    expect(stages).to_have_count(6)
    expect(details.locator("[data-stage=track] td").first).to_have_text(re.compile(r"^[\d.:]+( s)?$"))
    page.keyboard.press("Escape")
    expect(details).to_be_hidden()
    scene = desk.scene()
    assert [[row[0] for row in lane] for lane in scene["lanes"].values()] == [list(range(FRAMES))] * 2

    # the masks shown belong to the frame shown
    desk.go_to(100)
    assert desk.pixel(*middle_of(drawn, 100, BLUE)) != desk.pixel(WIDTH - 4, HEIGHT - 4)

    # correct one object on a frame and track it again from there: the other one is untouched
    first, second = (subject["id"] for subject in scene["subjects"])
    before = masks_of(desk)
    page.locator(f"[data-subject='{first}'] .name").click()
    x, y, width, height = box_of(drawn, 100, BLUE)
    desk.draw_box((x + 4, y + 4, width - 8, height - 8))
    keys = [(prompt["subject_id"], prompt["frame"]) for prompt in desk.scene()["prompts"]]
    assert sorted(keys) == sorted([(first, 0), (first, 100), (second, 0)])
    page.keyboard.press("t")
    until(page, lambda: [run_of(desk)[key] for key in ("objects", "state")] == [1, "done"], seconds=120)
    after = masks_of(desk)
    assert after[second] == before[second]
    assert after[first][:100] == before[first][:100]
    assert after[first][100] != before[first][100]

    # take everything away
    page.get_by_role("button", name="Export", exact=True).click()
    files = {name: take(page, name, folder) for name in ("overlay", "coco", "davis", "vot", "csv")}
    check_coco(files["coco"], drawn, after)
    check_davis(files["davis"], after)
    check_text(files["vot"], files["csv"])
    check_overlay(files["overlay"], film, drawn)


def box_of(drawn: Drawn, frame: int, label: int) -> Box:
    x, y, width, height = map(float, drawn.box(frame, label).split(","))
    return x, y, width, height


def run_of(desk: Desk) -> dict:
    run = desk.scene()["runs"][0]
    return {"objects": len(run["subjects"]), "state": run["job"]["state"]}


def iou(one: np.ndarray, other: np.ndarray) -> float:
    return float((one & other).sum() / max((one | other).sum(), 1))


def middle_of(drawn: Drawn, frame: int, label: int) -> tuple[float, float]:
    x, y, width, height = box_of(drawn, frame, label)
    return x + width / 2, y + height / 2


def masks_of(desk: Desk) -> dict[str, list[bytes]]:
    """Each subject's run lengths, frame by frame, as the server has them."""
    masks: dict[str, list[bytes]] = {}
    for row in desk.rows():
        masks.setdefault(row["subject"], []).append(row["counts"])
    return masks


def take(page: Page, name: str, folder: Path) -> Path:
    kind = "Film" if name == "overlay" else "Annotations"
    page.get_by_role("tab", name=kind).click()
    page.locator(f"[data-format='{name}']").click()
    row = page.locator(f"[data-export='{name}']")
    page.get_by_role("button", name=re.compile("^Export .")).click()
    expect(row).to_have_attribute("data-state", "done", timeout=90_000)
    with page.expect_download() as download:
        row.get_by_role("link").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def decoded(counts: bytes) -> np.ndarray:
    return coco_mask.decode({"size": [HEIGHT, WIDTH], "counts": counts}).astype(bool)


def check_coco(path: Path, drawn: Drawn, stored: dict[str, list[bytes]]) -> None:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as opened:
            name = next(name for name in opened.namelist() if name.endswith(".json") and "manifest" not in name)
            content = json.loads(opened.read(name))
    else:
        content = json.loads(path.read_text())
    assert len(content["images"]) == FRAMES
    assert len(content["annotations"]) == 2 * FRAMES
    frames = {
        image["id"]: index for index, image in enumerate(sorted(content["images"], key=lambda image: image["id"]))
    }
    scores = []
    for annotation in content["annotations"]:
        rle = dict(annotation["segmentation"])
        if isinstance(rle["counts"], list):
            rle = coco_mask.frPyObjects(rle, HEIGHT, WIDTH)
        found = coco_mask.decode(rle).astype(bool)
        frame = frames[annotation["image_id"]]
        assert any(np.array_equal(found, decoded(counts[frame])) for counts in stored.values())
        labels = drawn.labels[frame]
        scores.append(max(iou(found, labels == BLUE), iou(found, labels == RED)))
    assert float(np.mean(scores)) > 0.6, "the masks are not of the things that were drawn"


def check_davis(path: Path, stored: dict[str, list[bytes]]) -> None:
    with zipfile.ZipFile(path) as opened:
        names = sorted(name for name in opened.namelist() if name.endswith(".png"))
        assert len(names) == FRAMES
        picture = Image.open(io.BytesIO(opened.read(names[30])))
        assert picture.mode == "P"
        labels = np.asarray(picture)
    assert np.array_equal(labels > 0, np.logical_or.reduce([decoded(counts[30]) for counts in stored.values()]))


def check_text(vot: Path, table: Path) -> None:
    with zipfile.ZipFile(vot) as opened:
        texts = [opened.read(name).decode() for name in opened.namelist() if name.endswith(".txt")]
    lines = [text.splitlines() for text in texts if len(text.splitlines()) == FRAMES]
    assert len(lines) >= 2
    assert all(len(line.split(",")) == 8 for line in lines[0])
    text = table.read_text() if table.suffix == ".csv" else None
    if text is None:
        with zipfile.ZipFile(table) as opened:
            text = opened.read(next(name for name in opened.namelist() if name.endswith(".csv"))).decode()
    assert len(list(csv.DictReader(io.StringIO(text)))) == 2 * FRAMES


def check_overlay(path: Path, film: Path, drawn: Drawn) -> None:
    with av.open(str(path)) as made, av.open(str(film)) as source:
        frames = [frame.to_ndarray(format="rgb24") for frame in made.decode(video=0)]
        assert len(made.streams.audio) == len(source.streams.audio) == 1
    assert len(frames) == FRAMES
    assert frames[0].shape == (HEIGHT, WIDTH, 3)
    x, y = map(int, middle_of(drawn, 30, BLUE))
    assert np.abs(frames[30][y, x].astype(int) - drawn.frames[30][y, x].astype(int)).max() > 20
