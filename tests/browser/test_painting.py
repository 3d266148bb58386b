"""A mask drawn by hand: what is stored is what was drawn, and it is on the canvas before and after a reload."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page, Route, expect
from pycocotools import mask as coco

from browser.desk import Desk, ask, ready, until, upload
from drawn.clips import write_video

pytestmark = pytest.mark.whole

FRAMES, WIDTH, HEIGHT = 12, 320, 240
EDITED, ABSENT = 4, 6
Bits = NDArray[np.bool_]


class Easel(Desk):
    """A grey clip to draw on."""

    def corners(self, *places: tuple[float, float]) -> None:
        for place in places:
            self.page.mouse.click(*self.place(*place))
        self.page.keyboard.press("Enter")
        self.saved()

    def stored(self, frame: int = 0) -> Bits | None:
        """The only object's mask in a frame, as the server has it."""
        found = [row["counts"] for row in self.rows() if row["frame"] == frame]
        if not found:
            return None
        if not found[0]:
            return np.zeros((HEIGHT, WIDTH), np.bool_)
        return coco.decode({"size": [HEIGHT, WIDTH], "counts": found[0]}).astype(bool)


@pytest.fixture(scope="module")
def grey(first_page: Page, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A clip of nothing but grey."""
    frames = [np.full((HEIGHT, WIDTH, 3), 90, np.uint8)] * FRAMES
    return upload(first_page, write_video(tmp_path_factory.mktemp("films") / "all grey.mp4", frames))


@pytest.fixture
def easel(page: Page, grey: str) -> Easel:
    """The grey clip, with nothing on it."""
    easel = Easel(page, grey, FRAMES)
    for subject in easel.scene()["subjects"]:
        ask(page, "DELETE", f"/api/subjects/{subject['id']}")
    easel.open()
    return easel


def disc(x: float, y: float, size: float) -> Bits:
    down, across = np.mgrid[0:HEIGHT, 0:WIDTH] + 0.5
    return (across - x) ** 2 + (down - y) ** 2 <= (size / 2) ** 2


def polygon(*corners: tuple[int, int]) -> Bits:
    """Corners on the edges of pixels: those to the right and below are outside."""
    fine = np.zeros((HEIGHT * 4, WIDTH * 4), np.uint8)
    cv2.fillPoly(fine, [np.array(corners, np.int32) * 4], 1)
    return fine[2::4, 2::4] > 0


def differ(one: Bits | None, other: Bits) -> int:
    assert one is not None
    return int((one != other).sum())


def test_strokes_polygons_and_their_undoing_are_what_is_stored_and_shown(easel: Easel):
    page = easel.page

    # a dab with nothing selected is a new object, and a disc of the brush's size
    easel.brush(80)
    easel.drag((100, 90))
    first = disc(100, 90, 80)
    assert differ(easel.stored(), first) <= 12  # where the pointer's whole pixels of the screen put it
    assert easel.states() == {0: EDITED}
    assert (easel.inked(100, 90), easel.inked(200, 90)) == (True, False)

    # a second stroke goes onto the same object
    easel.drag((160, 90), (240, 90))
    both = easel.stored()
    assert both is not None and both[90, 75] and both[60:120, 200].all() and not both[150, 200]
    assert easel.inked(200, 90)

    # the eraser takes a band out of it
    page.keyboard.press("e")
    easel.drag((200, 20), (200, 160))
    erased = easel.stored()
    assert erased is not None and not erased[90, 165:235].any() and erased[90, 100] and erased[90, 260]
    assert not easel.inked(200, 90)

    # a polygon adds, another takes away inside it
    page.keyboard.press("p")
    square = ((40, 160), (140, 160), (140, 220), (40, 220))
    easel.corners(*square)
    hole = ((60, 175), (100, 175), (100, 205), (60, 205))
    page.keyboard.press("Shift+P")
    easel.corners(*hole)
    drawn = (erased | polygon(*square)) & ~polygon(*hole)
    assert differ(easel.stored(), drawn) <= 60  # a corner is off by less than half a pixel
    assert (easel.inked(50, 170), easel.inked(80, 190)) == (True, False)

    # each stroke is one step back
    page.keyboard.press("v")
    page.keyboard.press("Control+z")
    expect_stored(easel, erased | polygon(*square), 40)
    page.keyboard.press("Control+z")
    expect_stored(easel, erased, 0)
    page.keyboard.press("Control+Shift+Z")
    expect_stored(easel, erased | polygon(*square), 40)

    # after a reload it is all there
    kept = easel.stored()
    page.reload()
    ready(page)
    page.wait_for_function("() => Number(document.querySelector('#stage').dataset.drawnMasks) === 1")
    assert kept is not None and differ(easel.stored(), kept) == 0
    assert (easel.inked(80, 190), easel.inked(100, 90), easel.inked(200, 90)) == (True, True, False)

    # with the brush in hand it is ink before it is touched, so that the touch need not draw the stage
    page.keyboard.press("m")
    expect(page.locator("#stage")).to_have_attribute("data-drawn-masks", "0")
    assert (easel.inked(80, 190), easel.inked(100, 90), easel.inked(200, 90)) == (True, True, False)
    page.keyboard.press("v")
    expect(page.locator("#stage")).to_have_attribute("data-drawn-masks", "1")


def expect_stored(easel: Easel, bits: Bits, most: int) -> None:
    """Within two seconds."""
    for _ in range(40):
        if differ(easel.stored(), bits) <= most:
            return
        easel.page.wait_for_timeout(50)
    assert differ(easel.stored(), bits) <= most


def test_a_stroke_without_the_studio_is_kept_shown_and_sent_when_it_is_back(easel: Easel):
    page = easel.page
    easel.brush(40)
    easel.drag((60, 60))
    page.context.set_offline(True)
    page.mouse.move(*easel.place(200, 120))
    page.mouse.down()
    page.mouse.up()
    expect(page.get_by_text("not sent yet")).to_be_visible()
    for key, frame in (("ArrowRight", "1"), ("ArrowLeft", "0")):
        page.keyboard.press(key)
        expect(page.locator("body")).to_have_attribute("data-frame", frame)
    until(page, lambda: easel.inked(200, 120))
    assert differ(easel.stored(), disc(60, 60, 40)) <= 8

    page.context.set_offline(False)

    expect(page.locator("body")).to_have_attribute("data-saving", "saved", timeout=20_000)
    assert differ(easel.stored(), disc(60, 60, 40) | disc(200, 120, 40)) <= 16
    assert easel.inked(200, 120)


def test_an_undo_without_the_studio_is_done_when_it_is_back_and_no_undo_is_done_twice(easel: Easel):
    page = easel.page
    easel.brush(40)
    for place in ((60, 60), (200, 120), (260, 60)):
        easel.drag(place)
    page.context.set_offline(True)
    page.keyboard.press("Control+z")
    expect(page.get_by_text("not sent yet")).to_be_visible()
    page.context.set_offline(False)

    expect(page.get_by_text("Undid: ").first).to_be_visible(timeout=20_000)
    easel.saved()
    assert differ(easel.stored(), disc(60, 60, 40) | disc(200, 120, 40)) <= 16
    until(page, lambda: (easel.inked(200, 120), easel.inked(260, 60)) == (True, False))

    asked = []

    def lose_the_first_answer(route: Route) -> None:
        asked.append(route.request.post_data)
        if len(asked) > 1:
            route.continue_()
        else:
            route.fetch()
            route.abort()

    page.route("**/undo", lose_the_first_answer)
    page.keyboard.press("Control+z")
    expect(page.get_by_text("not sent yet")).to_be_visible()
    easel.saved()

    assert len(asked) == 1
    assert differ(easel.stored(), disc(60, 60, 40)) <= 8
    until(page, lambda: (easel.inked(60, 60), easel.inked(200, 120)) == (True, False))


def test_a_stroke_that_is_refused_is_taken_back_with_a_sentence(easel: Easel):
    page = easel.page
    easel.brush(40)
    easel.drag((60, 60))
    sentence = "Frame 0 is not in a clip of 0 frames."
    page.route(
        "**/api/subjects/*/masks/*",
        lambda route: route.fulfill(status=400, json={"code": "no-such-frame", "message": sentence}),
    )

    page.mouse.click(*easel.place(200, 120))

    expect(page.get_by_text(sentence)).to_be_visible()
    expect(page.locator("body")).to_have_attribute("data-saving", "failed")
    assert (easel.inked(60, 60), easel.inked(200, 120)) == (True, False)
    assert easel.states() == {0: EDITED}

    page.unroute("**/api/subjects/*/masks/*")
    easel.drag((260, 60))
    assert differ(easel.stored(), disc(60, 60, 40) | disc(260, 60, 40)) <= 16, (
        "what was refused came with the next stroke"
    )


def test_what_is_erased_to_nothing_is_not_in_the_picture(easel: Easel):
    easel.brush(40)
    easel.drag((60, 60))
    easel.brush(400)
    easel.page.keyboard.press("e")
    easel.drag((60, 60))

    assert easel.states() == {0: ABSENT}
    assert not easel.inked(60, 60)


def test_a_finger_paints_on_a_phone_and_two_fingers_move_the_picture(easel: Easel):
    page = easel.page
    page.set_viewport_size({"width": 390, "height": 844})
    easel.brush(40)
    fingers = page.context.new_cdp_session(page)

    def touch(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    fingers.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 2})
    touch("touchStart", easel.place(60, 120))
    touch("touchMove", easel.place(150, 120))
    touch("touchMove", easel.place(240, 120))
    touch("touchEnd")
    easel.saved()
    painted = easel.stored()
    assert painted is not None and painted[110:130, 60:240].all() and not painted[60].any()
    assert easel.inked(150, 120)

    scale = float(str(page.locator("#stage").get_attribute("data-scale")))
    one, other = easel.place(140, 60), easel.place(180, 60)
    touch("touchStart", one)
    touch("touchMove", (one[0] - 5, one[1]))
    touch("touchStart", (one[0] - 5, one[1]), other)
    for apart in (20, 40, 60):
        touch("touchMove", (one[0] - apart, one[1]), (other[0] + apart, other[1]))
    touch("touchEnd")
    expect(page.locator("body")).to_have_attribute("data-saving", "saved")

    assert float(str(page.locator("#stage").get_attribute("data-scale"))) > 1.5 * scale
    assert differ(easel.stored(), painted) == 0, "the first of two fingers painted"
    assert easel.inked(150, 120)
