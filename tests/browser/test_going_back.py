"""A person goes back: a box and a run undone after a reload, an object split, two swapped, a version restored."""

from __future__ import annotations

import time
from pathlib import Path

import msgpack
import pytest
from playwright.sync_api import Page, expect

from drawn.clips import Drawn, draw_clip, write_video

pytestmark = pytest.mark.whole

FRAMES, WIDTH, HEIGHT = 24, 320, 240
ONE, TWO = 1, 2  # labels of the drawn clip
LATE = 20  # a frame well after the changes
Masks = dict[int, bytes]  # frame: run lengths


class Desk:
    """A clip open in the studio, its masks as the server has them, and the canvas."""

    def __init__(self, page: Page, video: str, drawn: Drawn) -> None:
        self.page, self.video, self.drawn = page, video, drawn

    def box(self, frame: int, label: int) -> tuple[float, float, float, float]:
        x, y, width, height = map(float, self.drawn.box(frame, label).split(","))
        return x, y, width, height

    def draw_box(self, x: float, y: float, width: float, height: float) -> None:
        self.page.keyboard.press("b")
        self.page.mouse.move(*self._place(x, y))
        self.page.mouse.down()
        self.page.mouse.move(*self._place(x + width / 2, y + height / 2), steps=3)
        self.page.mouse.move(*self._place(x + width, y + height), steps=3)
        self.page.mouse.up()
        self.saved()

    def press(self, key: str, says: str) -> None:
        """Press a key, and wait until the page says what it did."""
        self.page.keyboard.press(key)
        expect(self.page.get_by_text(says).first).to_be_visible(timeout=30_000)
        self.saved()

    def saved(self) -> None:
        expect(self.page.locator("body")).to_have_attribute("data-saving", "saved", timeout=30_000)

    def go_to(self, frame: int) -> None:
        self.page.get_by_label("Frame", exact=True).fill(str(frame))
        self.page.get_by_label("Frame", exact=True).press("Enter")
        expect(self.page.locator("body")).to_have_attribute("data-frame", str(frame))

    def scene(self) -> dict:
        return self.page.request.get(f"/api/videos/{self.video}/scene").json()

    def masks(self) -> dict[str, Masks]:
        """By the objects' names."""
        names = {subject["id"]: subject["name"] for subject in self.scene()["subjects"]}
        answer = self.page.request.get(f"/api/videos/{self.video}/masks?first=0&last={FRAMES - 1}")
        found: dict[str, Masks] = {name: {} for name in names.values()}
        for item in msgpack.unpackb(answer.body())["masks"]:
            found[names[item["subject"]]][item["frame"]] = item["counts"]
        return found

    def shows(self, label: int, like: list[int], *, same: bool) -> None:
        """Wait until the middle of a drawn thing has this colour on the canvas, or no longer has it."""
        until = time.monotonic() + 20
        while (max(abs(a - b) for a, b in zip(self.pixel(label), like, strict=True)) <= 8) != same:
            assert time.monotonic() < until, f"the canvas shows {self.pixel(label)}, not what it should beside {like}"
            self.page.wait_for_timeout(100)

    def pixel(self, label: int) -> list[int]:
        """The colour on the canvas in the middle of a drawn thing, in the frame LATE."""
        x, y, width, height = self.box(LATE, label)
        return self.page.evaluate(
            """([x, y]) => {
                const canvas = document.querySelector("#stage");
                const { left, top, scale, aspect } = canvas.dataset;
                const ratio = canvas.width / canvas.clientWidth;
                const at = [(+left + x * scale * aspect) * ratio, (+top + y * scale) * ratio].map(Math.round);
                return [...canvas.getContext("2d").getImageData(...at, 1, 1).data].slice(0, 3);
            }""",
            [x + width / 2, y + height / 2],
        )

    def _place(self, x: float, y: float) -> tuple[float, float]:
        stage = self.page.locator("#stage").bounding_box()
        assert stage is not None
        view = self.page.evaluate("({ ...document.querySelector('#stage').dataset })")
        across = float(view["scale"]) * float(view["aspect"])
        return stage["x"] + float(view["left"]) + x * across, stage["y"] + float(view["top"]) + y * float(view["scale"])


@pytest.fixture
def desk(page: Page, tmp_path: Path) -> Desk:
    drawn = draw_clip(FRAMES, WIDTH, HEIGHT, objects=2)
    page.goto("/")
    page.locator("#file").set_input_files(write_video(tmp_path / "going back.mp4", drawn.frames))
    card = page.get_by_role("link", name="going back")
    expect(card.first).to_be_visible(timeout=60_000)
    card.first.click()
    page.wait_for_url("**/videos/*", timeout=60_000)
    expect(page.locator("body")).to_have_attribute("data-ready", "true", timeout=60_000)
    return Desk(page, page.url.rsplit("/", 1)[-1], drawn)


def test_boxes_runs_splits_swaps_and_versions_are_taken_back(desk: Desk):
    page = desk.page
    # two objects, tracked
    desk.draw_box(*desk.box(0, ONE))
    page.keyboard.press("n")
    desk.draw_box(*desk.box(0, TWO))
    expect(page.locator("[data-subject]")).to_have_count(2)
    desk.go_to(LATE)
    plain = desk.pixel(ONE)
    desk.go_to(0)
    page.keyboard.press("t")
    expect(page.locator("body")).to_have_attribute("data-run-state", "done", timeout=120_000)
    tracked = desk.masks()
    assert [sorted(masks) for masks in tracked.values()] == [list(range(FRAMES))] * 2
    page.keyboard.press("1")
    desk.go_to(LATE)
    desk.shows(ONE, plain, same=False)
    colored = desk.pixel(ONE)

    # one more box; after a reload it and the run are undone, and done again
    desk.go_to(10)
    desk.draw_box(*desk.box(10, ONE))
    page.reload()
    expect(page.locator("body")).to_have_attribute("data-ready", "true", timeout=30_000)
    desk.press("Control+z", "Undid: Box on object 1, frame 10")
    assert [prompt["frame"] for prompt in desk.scene()["prompts"]] == [0, 0]
    desk.press("Control+z", "Undid: Track 2 objects")
    assert desk.masks() == {"object 1": {}, "object 2": {}}
    desk.go_to(LATE)
    desk.shows(ONE, plain, same=True)
    desk.press("Control+Shift+z", "Redid: Track 2 objects")
    assert desk.masks() == tracked
    desk.shows(ONE, plain, same=False)

    # split, and taken back
    page.keyboard.press("1")
    desk.go_to(12)
    desk.press("s", "Split object 1 at frame 12.")
    expect(page.locator("[data-subject]")).to_have_count(3)
    halves = desk.masks()
    assert {name: sorted(masks) for name, masks in halves.items() if name != "object 2"} == {
        "object 1": list(range(12)),
        "object 1 from 12": list(range(12, FRAMES)),
    }
    assert halves["object 1 from 12"][LATE] == tracked["object 1"][LATE]
    desk.press("Control+z", "Undid: Split object 1 at frame 12")
    expect(page.locator("[data-subject]")).to_have_count(2)
    assert desk.masks() == tracked

    # a version kept, the two swapped from here, the version restored
    page.keyboard.press("1")
    page.keyboard.press("Shift+H")
    page.get_by_label("Name of the version").fill("good")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("button", name="Restore good")).to_be_visible()
    page.get_by_role("button", name="Swap objects from here").click()
    expect(page.get_by_text("Swap object 1 and object 2 from frame 12.").first).to_be_visible()
    swapped = desk.masks()
    assert swapped["object 1"] == {**tracked["object 1"], **{f: tracked["object 2"][f] for f in range(12, FRAMES)}}
    assert swapped["object 2"] == {**tracked["object 2"], **{f: tracked["object 1"][f] for f in range(12, FRAMES)}}
    desk.go_to(LATE)
    desk.shows(ONE, colored, same=False)
    page.get_by_role("button", name="Restore good").click()
    expect(page.get_by_text("Restore good of object 1.").first).to_be_visible()
    assert desk.masks() == {"object 1": tracked["object 1"], "object 2": swapped["object 2"]}

    # a click in the history goes back to the run's end
    history = page.get_by_role("group", name="History")
    history.get_by_role("button", name="Track 2 objects").click()
    expect(history.locator("[aria-current=step]")).to_contain_text("Track 2 objects")
    assert desk.masks() == tracked
    desk.shows(ONE, colored, same=True)
