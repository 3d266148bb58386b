"""A track that went wrong: seen in the lane, walked through in the review, corrected, compared and talked about."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page, expect
from pycocotools import mask as coco

from browser.desk import Box, Desk, ask, ready, until, upload
from drawn.clips import Drawn, draw_leaving, write_video

pytestmark = pytest.mark.whole

FRAMES, WIDTH, HEIGHT = 48, 320, 240
TRACKED, LOST, EDITED = 1, 2, 4
OBJECT, ALIKE = 1, 2  # labels of the drawn clip
GONE = range(18, 27)  # frames: out of sight, and long enough to be known as that
BACK = range(36, FRAMES)  # back, and long enough to be known again
Bits = NDArray[np.bool_]


@dataclass(frozen=True)
class Followed:
    """A clip whose object was followed once, and the step that was."""

    video: str
    run: int
    drawn: Drawn


@pytest.fixture(scope="module")
def followed(first_page: Page, tmp_path_factory: pytest.TempPathFactory) -> Followed:
    drawn = draw_leaving(FRAMES, WIDTH, HEIGHT)
    page = first_page
    video = upload(page, write_video(tmp_path_factory.mktemp("films") / "leaves and returns.mp4", drawn.frames))
    box = [float(side) for side in drawn.box(0, OBJECT).split(",")]
    subject = ask(page, "POST", f"/api/videos/{video}/subjects", {})["id"]
    ask(page, "PUT", f"/api/subjects/{subject}/prompts/0", {"box": box})
    run = ask(page, "POST", f"/api/videos/{video}/runs", {})["id"]
    until(page, lambda: ask(page, "GET", f"/api/runs/{run}")["job"]["state"] == "done", seconds=120)
    steps = ask(page, "GET", f"/api/videos/{video}/history")["steps"]
    return Followed(video, steps[-1]["ordinal"], drawn)


class Mended(Desk):
    """The followed clip."""

    def __init__(self, page: Page, followed: Followed) -> None:
        super().__init__(page, followed.video, FRAMES)
        self.drawn = followed.drawn
        self.subject = self.scene()["subjects"][0]["id"]

    def box(self, frame: int) -> Box:
        x, y, width, height = map(float, self.drawn.box(frame, OBJECT).split(","))
        return x, y, width, height

    def deep(self, frame: int) -> tuple[float, float]:
        """The place in the object's mask that is farthest from its edge."""
        depth = cv2.distanceTransform(self.bits()[frame].astype(np.uint8), cv2.DIST_L2, 5)
        y, x = np.unravel_index(int(depth.argmax()), depth.shape)
        return float(x) + 0.5, float(y) + 0.5

    def is_bare(self, x: float, y: float) -> bool:
        """Whether the film's own colour is seen there, and no mask over it."""
        frame = int(str(self.page.locator("body").get_attribute("data-frame")))
        film = self.drawn.frames[frame][int(y), int(x)].astype(int)
        return bool(np.abs(film - self.pixel(x, y)).max() < 40)  # a mask changes a channel by 100

    def bits(self) -> dict[int, Bits]:
        """The object's masks."""
        return {
            row["frame"]: coco.decode({"size": [HEIGHT, WIDTH], "counts": row["counts"]}).astype(bool)
            if row["counts"]
            else np.zeros((HEIGHT, WIDTH), np.bool_)
            for row in self.rows()
        }


@pytest.fixture
def desk(page: Page, followed: Followed) -> Mended:
    """As it stood when the run had ended, whatever the tests before did."""
    ask(page, "POST", f"/api/videos/{followed.video}/history/{followed.run}")
    desk = Mended(page, followed)
    desk.open()
    return desk


def iou(one: Bits, other: Bits) -> float:
    return float((one & other).sum() / max((one | other).sum(), 1))


def test_the_lane_shows_where_it_was_lost_and_found_and_the_canvas_nothing_where_it_is_gone(desk: Mended):
    states, bits = desk.states(), desk.bits()

    assert [states[frame] for frame in GONE] == [LOST] * len(GONE)
    assert not any(bits[frame].any() for frame in GONE)
    found = {frame: iou(bits[frame], desk.drawn.labels[frame] == OBJECT) for frame in (*range(11), *BACK)}
    assert min(found.values()) > 0.5, found
    taken = [frame for frame in bits if (bits[frame] & (desk.drawn.labels[frame] == ALIKE)).sum() > 200]
    assert taken == [], "the one that is much like it was followed"

    # hatched: red strokes with the ground between them; found: its colour from end to end
    lost, back = desk.lane(GONE[0], GONE[-1]), desk.lane(BACK[0], BACK[-1])
    assert 0.15 < (lost[..., 3] > 128).mean() < 0.8
    strokes = lost[lost[..., 3] > 200][:, :3].mean(axis=0)
    assert strokes[0] > strokes[2] + 60
    assert (back[..., 3] > 60).mean() > 0.95
    assert back[..., 2].mean() > back[..., 0].mean() + 60

    at = desk.deep(BACK[2])
    desk.go_to(GONE[3])
    assert desk.is_bare(*at)
    desk.go_to(BACK[2])
    until(desk.page, lambda: not desk.is_bare(*at))


def test_a_box_drawn_late_tracks_up_to_the_next_key_frame_and_no_further(desk: Mended):
    before = {row["frame"]: row for row in desk.rows()}
    desk.go_to(42)
    desk.draw_box(desk.box(42))
    desk.go_to(37)
    x, y, width, height = desk.box(37)
    desk.draw_box((x + 3, y + 3, width - 6, height - 6))
    expect(desk.page.get_by_text("Tracks object 1 from frame 37 to frame 41.")).to_be_visible()

    desk.track()

    run = desk.scene()["runs"][0]
    assert (run["first_frame"], run["last_frame"]) == (37, 41)
    after = {row["frame"]: row for row in desk.rows()}
    assert [frame for frame, row in after.items() if row["revision"] > before[frame]["revision"]] == [*range(37, 42)]
    assert all(after[frame]["counts"] == row["counts"] for frame, row in before.items() if frame not in range(37, 42))
    assert after[37]["counts"] != before[37]["counts"]
    desk.go_to(39)
    at = desk.deep(39)
    until(desk.page, lambda: not desk.is_bare(*at))


def test_a_stroke_where_it_was_lost_is_undone_after_a_reload(desk: Mended):
    frame, at = GONE[2], (80, 180)
    desk.go_to(frame)
    ground = desk.pixel(*at)
    desk.brush(40)
    desk.drag(at)
    drawn = desk.bits()[frame]
    assert desk.states()[frame] == EDITED
    assert drawn.sum() == pytest.approx(np.pi * 20**2, rel=0.05) and drawn[at[1], at[0]]
    assert desk.pixel(*at) != ground

    desk.page.reload()
    ready(desk.page)
    desk.go_to(frame)
    until(desk.page, lambda: desk.pixel(*at) != ground)
    desk.press("Control+z", "Undid: ")

    assert desk.states()[frame] == LOST
    assert not desk.bits()[frame].any()
    until(desk.page, lambda: desk.pixel(*at) == ground)


def test_doubtful_places_are_walked_accepted_and_stay_accepted(desk: Mended):
    page = desk.page
    page.keyboard.press("r")
    review = page.get_by_role("region", name="Review")
    places = review.get_by_role("listitem")
    expect(places.first).to_be_visible()
    before = places.count()
    ranked = ask(page, "GET", f"/api/videos/{desk.video}/review")["stretches"]
    lost = next(one for one in ranked if one["first"] <= GONE[0] <= one["last"])
    expect(places.nth(ranked.index(lost))).to_contain_text(lost["sentence"])

    desk.go_to(0)
    for _ in range(before):
        page.keyboard.press(".")
        if (here := int(str(page.locator("body").get_attribute("data-target")))) == lost["worst"]:
            break
    assert here == lost["worst"]
    expect(page.locator("body")).to_have_attribute("data-frame", str(here))
    desk.press("y", f"Accepted frames {lost['first']} to {lost['last']} of object 1.")

    expect(places).to_have_count(before - 1)
    page.reload()
    ready(page)
    page.keyboard.press("r")
    expect(places).to_have_count(before - 1)
    left = ask(page, "GET", f"/api/videos/{desk.video}/review")["stretches"]
    assert [one for one in left if one["first"] <= GONE[0] <= one["last"]] == []
    desk.press("Control+z", "Undid: ")
    expect(places).to_have_count(before)


def test_a_wipe_shows_then_and_now_and_how_far_they_agree(desk: Mended):
    page, frame, at = desk.page, 6, (60, 190)
    ask(page, "POST", f"/api/subjects/{desk.subject}/versions", {"name": "as tracked"})
    then = desk.bits()[frame]
    desk.go_to(frame)
    plain = desk.pixel(*at)
    desk.brush(64)
    desk.drag(at)
    page.keyboard.press("v")
    until(page, lambda: desk.pixel(*at) != plain)
    painted = desk.pixel(*at)
    percent = round(100 * iou(then, desk.bits()[frame]))

    page.keyboard.press("w")
    compare = page.get_by_role("region", name="Compare")
    wipe = page.get_by_role("slider", name="Wipe between")
    for other in ("the step before", "as tracked"):
        if other == "as tracked":
            compare.get_by_role("combobox").select_option(label=other)
            expect(wipe).to_have_attribute("aria-valuetext", "50 % version")
        expect(compare.get_by_text(f"Frame {frame}: {percent} %")).to_be_visible()
        expect(compare.get_by_text("of 1 frame that changed")).to_be_visible()
        until(page, lambda: desk.pixel(*at) == plain)  # the left half is then
        wipe.press("Home")
        until(page, lambda: desk.pixel(*at) == painted)
        wipe.press("End")
        until(page, lambda: desk.pixel(*at) == plain)
        for _ in range(5):
            wipe.press("Shift+ArrowLeft")

    desk.go_to(20)
    expect(compare.get_by_text("Frame 20: 100 %")).to_be_visible()
    compare.get_by_role("button", name="Go to the least").click()
    expect(page.locator("body")).to_have_attribute("data-frame", str(frame))
    page.keyboard.press("Escape")
    expect(wipe).to_have_count(0)
    until(page, lambda: desk.pixel(*at) == painted)


def test_what_is_said_of_a_frame_is_on_every_page_and_marks_the_frame(desk: Mended):
    page = desk.page
    other = page.context.new_page()
    other.goto(page.url)
    ready(other)
    desk.go_to(30)
    page.keyboard.press("c")
    page.get_by_label("Comment on frame 30").fill("who is this?")
    page.get_by_role("button", name="Comment", exact=True).click()
    desk.saved()

    mark = other.get_by_role("button", name="Comment on frame 30: who is this?")
    mark.click()
    expect(other.locator("body")).to_have_attribute("data-frame", "30")
    theirs = other.locator("[data-comment]").filter(has_text="who is this?")
    expect(theirs).to_contain_text("Frame 30")
    theirs.get_by_role("button", name="Resolve").click()

    expect(page.locator("[data-comment]").filter(has_text="who is this?")).to_have_count(0)
    expect(page.get_by_role("button", name="Comment on frame 30: who is this?")).to_have_count(0)
    page.get_by_label("Show resolved").check()
    expect(page.locator("[data-comment]").filter(has_text="who is this?")).to_have_count(1)
    kept = ask(page, "GET", f"/api/videos/{desk.video}/comments")
    assert [(one["frame"], one["resolved"]) for one in kept if one["text"] == "who is this?"] == [(30, True)]
