"""Two pages on one clip are replicas of one thing."""

from __future__ import annotations

import os
import signal

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.desk import ready, upload
from browser.window import State
from drawn.clips import draw_clip, write_video
from running.studio import RunningStudio, processes_of

pytestmark = pytest.mark.whole

FRAMES = 40


def test_two_pages_see_the_same_and_come_back_when_the_web_process_dies(
    page: Page, chromium: Browser, signed_in: State, studio: RunningStudio, tmp_path
):
    drawn = draw_clip(FRAMES, 320, 240)
    upload(page, write_video(tmp_path / "shared.mp4", drawn.frames))
    context = chromium.new_context(storage_state=signed_in, viewport={"width": 390, "height": 844}, has_touch=True)
    other = context.new_page()
    other.goto(page.url)
    ready(other)

    page.locator("#stage").focus()
    page.keyboard.press("Enter")  # a box in the middle, by keys alone
    expect(page.locator("[data-subject]")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("t")

    for one in (page, other):
        expect(one.locator("body")).to_have_attribute("data-run-state", "done", timeout=60_000)
    revision = page.locator("body").get_attribute("data-revision")
    expect(other.locator("body")).to_have_attribute("data-revision", str(revision), timeout=10_000)

    web = next(number for number, command in processes_of(studio).items() if "studio.launch.web" in command)
    os.kill(web, signal.SIGKILL)
    for state in ("waiting", "open"):
        for one in (page, other):
            expect(one.locator("body")).to_have_attribute("data-link", state, timeout=30_000)
    page.get_by_role("button", name="Hide object 1").click()
    expect(page.locator("body")).to_have_attribute("data-saving", "saved", timeout=30_000)
    page.wait_for_function("before => Number(document.body.dataset.revision) > before", arg=int(str(revision)))
    newer = page.locator("body").get_attribute("data-revision")
    expect(other.locator("body")).to_have_attribute("data-revision", str(newer), timeout=30_000)
    context.close()
