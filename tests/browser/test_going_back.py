"""A person goes back: a box and a run undone after a reload, an object split, two swapped, a version restored."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.desk import Box, Desk, ready, until, upload
from drawn.clips import Drawn, draw_clip, write_video

pytestmark = pytest.mark.whole

FRAMES, WIDTH, HEIGHT = 24, 320, 240
ONE, TWO = 1, 2  # labels of the drawn clip
LATE = 20  # a frame well after the changes


class Filmed(Desk):
    """A clip whose things are known."""

    def __init__(self, page: Page, video: str, drawn: Drawn) -> None:
        super().__init__(page, video, FRAMES)
        self.drawn = drawn

    def box(self, frame: int, label: int) -> Box:
        x, y, width, height = map(float, self.drawn.box(frame, label).split(","))
        return x, y, width, height

    def middle(self, label: int) -> list[int]:
        """The colour in the middle of a drawn thing, in the frame LATE."""
        x, y, width, height = self.box(LATE, label)
        return self.pixel(x + width / 2, y + height / 2)

    def shows(self, label: int, like: list[int], *, same: bool) -> None:
        """Wait until the middle of a drawn thing has this colour on the canvas, or no longer has it."""
        until(self.page, lambda: (max(abs(a - b) for a, b in zip(self.middle(label), like, strict=True)) <= 8) == same)


@pytest.fixture
def desk(page: Page, tmp_path: Path) -> Filmed:
    drawn = draw_clip(FRAMES, WIDTH, HEIGHT, objects=2)
    return Filmed(page, upload(page, write_video(tmp_path / "going back.mp4", drawn.frames)), drawn)


def test_boxes_runs_splits_swaps_and_versions_are_taken_back(desk: Filmed):
    page = desk.page
    # two objects, tracked
    desk.draw_box(desk.box(0, ONE))
    page.keyboard.press("n")
    desk.draw_box(desk.box(0, TWO))
    expect(page.locator("[data-subject]")).to_have_count(2)
    desk.go_to(LATE)
    plain = desk.middle(ONE)
    desk.go_to(0)
    desk.track()
    tracked = desk.masks()
    assert [sorted(masks) for masks in tracked.values()] == [list(range(FRAMES))] * 2
    page.keyboard.press("1")
    desk.go_to(LATE)
    desk.shows(ONE, plain, same=False)
    colored = desk.middle(ONE)

    # one more box; after a reload it and the run are undone, and done again
    desk.go_to(10)
    desk.draw_box(desk.box(10, ONE))
    page.reload()
    ready(page)
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
    page.get_by_role("button", name="Swap from here").click()
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
