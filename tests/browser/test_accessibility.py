"""axe-core finds nothing serious or critical: every page, both themes, desk and phone, each sheet open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.axe import grave_faults
from browser.desk import ready, upload
from browser.window import State
from drawn.clips import draw_clip, write_video
from running.studio import RunningStudio

pytestmark = pytest.mark.whole

DESK = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@dataclass(frozen=True)
class Room:
    """A browser on one device in one theme, and the clip it shows."""

    page: Page
    stranger: Page  # the same device, nobody signed in
    clip: str


@pytest.fixture(scope="module")
def clip(first_page: Page, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a clip with an object and a comment, made by hand."""
    film = write_video(tmp_path_factory.mktemp("films") / "a thing.mp4", draw_clip(40, 320, 240).frames)
    page = first_page
    upload(page, film)
    page.locator("#stage").focus()
    page.keyboard.press("Enter")  # a box in the middle, by keys alone
    expect(page.locator("[data-subject]")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    page.get_by_label("Comment on frame 0").fill("<b>the tail</b> is cut")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator("[data-comment]")).to_contain_text("<b>the tail</b> is cut")
    page.keyboard.press("Escape")
    page.keyboard.press("m")
    page.locator("#stage").click()  # a mask, so that there is something to compare
    expect(page.locator("body")).to_have_attribute("data-saving", "saved")
    return page.url


@pytest.fixture(params=["dark", "light"])
def theme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def room(
    request: pytest.FixtureRequest,
    theme: str,
    clip: str,
    studio: RunningStudio,
    chromium: Browser,
    signed_in: State,
) -> Iterator[Room]:
    device = {**request.param, "base_url": studio.address, "color_scheme": theme, "reduced_motion": "reduce"}
    mine, theirs = chromium.new_context(storage_state=signed_in, **device), chromium.new_context(**device)
    yield Room(mine.new_page(), theirs.new_page(), clip)
    mine.close()
    theirs.close()


def test_no_page_has_a_grave_fault(room: Room):
    found: dict[str, list[str]] = {}
    room.stranger.goto("/sign-in")
    found["sign-in"] = grave_faults(room.stranger)
    for path in ("/", "/account"):
        room.page.goto(path)
        room.page.wait_for_load_state("networkidle")
        found[path] = grave_faults(room.page)

    page = room.page
    page.goto(room.clip)
    ready(page)
    found["studio"] = grave_faults(page)
    for key, sheet in (
        ("r", "Review"),
        ("c", "Comments"),
        ("Shift+E", "Export"),
        ("Shift+H", "Edit"),
        ("w", "Compare"),
    ):
        page.keyboard.press(key)
        expect(page.get_by_role("region", name=sheet).first).to_be_visible()
        if sheet == "Compare":
            expect(page.get_by_role("slider", name="Wipe between")).to_be_visible()
            expect(page.get_by_text("Agreement", exact=True)).to_be_visible()
        found[sheet] = grave_faults(page)
        page.keyboard.press("Escape")
    page.keyboard.press("Shift+I")
    expect(page.get_by_role("dialog", name="Import")).to_be_visible()
    found["Import"] = grave_faults(page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    found["keys"] = grave_faults(page)

    assert {where: faults for where, faults in found.items() if faults} == {}


def test_axe_itself_sees_a_fault(page: Page):
    page.goto("/")
    page.evaluate("() => { document.querySelector('main').append(document.createElement('button')); }")

    assert any("button-name" in fault for fault in grave_faults(page))
