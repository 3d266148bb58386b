"""A clip open in the studio, pointed at in video pixels: what the server has of it, and what the canvas shows."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

Masks = dict[int, bytes]  # frame: run lengths
Box = tuple[float, float, float, float]

# what lies over each other on the stage, at one place: the picture, and the ink of a mask that can be painted
SEEN = """([x, y]) => {
    const stage = document.querySelector("#stage");
    const { left, top, scale, aspect } = stage.dataset;
    let seen = [0, 0, 0];
    for (const canvas of [stage, document.querySelector(".ink")]) {
        const ratio = canvas.width / stage.clientWidth;
        const at = [(+left + x * scale * aspect) * ratio, (+top + y * scale) * ratio].map(Math.round);
        const [red, green, blue, alpha] = canvas.getContext("2d").getImageData(...at, 1, 1).data;
        seen = [red, green, blue].map((over, part) => Math.round((over * alpha + seen[part] * (255 - alpha)) / 255));
    }
    return seen;
}"""
# the bar of a lane, 10 px high in the middle of its canvas, as rows of [red, green, blue, alpha]
LANE = """([subject, from, to]) => {
    const canvas = document.querySelector(`[data-lane="${subject}"] canvas`);
    const [left, right] = [from, to].map((share) => Math.round(share * canvas.width));
    const top = Math.round((canvas.height - 10) / 2);
    return [right - left, [...canvas.getContext("2d").getImageData(left, top, right - left, 10).data]];
}"""


def upload(page: Page, film: Path) -> str:
    """Send a film as a person does; the clip's id once it can be worked on."""
    page.goto("/")
    page.locator("#file").set_input_files(film)
    card = page.get_by_role("link", name=film.stem).first
    expect(card).to_be_visible(timeout=60_000)
    card.click()
    page.wait_for_url("**/videos/*", timeout=60_000)
    ready(page)
    return page.url.rsplit("/", 1)[-1]


def ready(page: Page) -> None:
    expect(page.locator("body")).to_have_attribute("data-ready", "true", timeout=60_000)


def ask(page: Page, method: str, path: str, body: object = None) -> Any:
    """The API as the page itself asks it."""
    proof = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "csrftoken")
    headers = {"X-CSRFToken": proof, "Content-Type": "application/json"}
    answer = page.request.fetch(path, method=method, headers=headers, data=None if body is None else json.dumps(body))
    assert answer.ok, answer.text()
    return answer.json() if answer.text() else None


def until(page: Page, what: Callable[[], bool], seconds: float = 20.0) -> None:
    """Look again and again."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, f"it did not happen within {seconds:g} s"
        page.wait_for_timeout(50)


class Desk:
    """A clip that a page shows."""

    def __init__(self, page: Page, video: str, frames: int) -> None:
        self.page, self.video, self.frames = page, video, frames

    def open(self) -> None:
        self.page.goto(f"/videos/{self.video}")
        ready(self.page)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where a video pixel is on the screen: the picture is letterboxed in the middle of its canvas."""
        stage = self.page.locator("#stage").bounding_box()
        assert stage is not None
        view = self.page.evaluate("({ ...document.querySelector('#stage').dataset })")
        across = float(view["scale"]) * float(view["aspect"])
        return stage["x"] + float(view["left"]) + x * across, stage["y"] + float(view["top"]) + y * float(view["scale"])

    def drag(self, *places: tuple[float, float]) -> None:
        self.page.mouse.move(*self.place(*places[0]))
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*self.place(*place), steps=6)
        self.page.mouse.up()
        self.saved()

    def draw_box(self, box: Box) -> None:
        x, y, width, height = box
        self.page.keyboard.press("b")
        self.drag((x, y), (x + width, y + height))

    def brush(self, size: int) -> None:
        self.page.keyboard.press("m")
        slider = self.page.get_by_label("Brush size")
        while (now := int(str(slider.get_attribute("aria-valuetext")).split()[0])) != size:
            self.page.keyboard.press("d" if now > size else "f")

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

    def track(self, key: str = "t") -> None:
        """Press Track, and wait for its end."""
        known = {run["id"] for run in self.scene()["runs"]}
        self.page.keyboard.press(key)
        until(self.page, lambda: {run["id"] for run in self.scene()["runs"]} - known != set())
        expect(self.page.locator("body")).to_have_attribute("data-run-state", "done", timeout=120_000)

    def scene(self) -> dict[str, Any]:
        return dict(self.page.request.get(f"/api/videos/{self.video}/scene").json())

    def rows(self) -> list[dict[str, Any]]:
        """Every mask there is, as the API has it."""
        answer = self.page.request.get(f"/api/videos/{self.video}/masks?first=0&last={self.frames - 1}")
        return list(msgpack.unpackb(answer.body())["masks"])

    def masks(self) -> dict[str, Masks]:
        """Run lengths by the objects' names."""
        names = {subject["id"]: subject["name"] for subject in self.scene()["subjects"]}
        found: dict[str, Masks] = {name: {} for name in names.values()}
        for row in self.rows():
            found[names[row["subject"]]][row["frame"]] = row["counts"]
        return found

    def states(self) -> dict[int, int]:
        """Of the only object, frame by frame."""
        (lane,) = self.scene()["lanes"].values()
        return {frame: state for frame, _, state in lane}

    def pixel(self, x: float, y: float) -> list[int]:
        """The colour that is seen at a video pixel."""
        return list(self.page.evaluate(SEEN, [x, y]))

    def inked(self, x: float, y: float) -> bool:
        """Whether the first object's colour (#4cc2ff) is seen there, over the grey of the film."""
        red, green, blue = self.pixel(x, y)
        return blue - red > 40 and green - red > 20

    def lane(self, first: int, last: int) -> NDArray[np.int64]:
        """The bar of the first object's lane over these frames, [10, pixels, 4]."""
        subject = self.scene()["subjects"][0]["id"]
        width, values = self.page.evaluate(LANE, [subject, first / self.frames, (last + 1) / self.frames])
        return np.array(values).reshape(10, width, 4)
