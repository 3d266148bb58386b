"""Who leaves in the middle of a run, and comes back on another device, finds the run going on; and hears of a death."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from drawn.clips import draw_clip, write_video
from running.studio import RunningStudio, Visitor, pool_process, start_studio, stop_studio

pytestmark = [
    pytest.mark.whole,
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc"),
]

FRAMES = 150
LEASE_S = "12"  # silence is noticed after two thirds of it, and the page asks every 3 s


@pytest.fixture
def patient(tmp_path: Path) -> Iterator[RunningStudio]:
    """A studio of this test's own: its worker dies."""
    running = start_studio(tmp_path / "data", STUDIO_LEASE_SECONDS=LEASE_S)
    yield running
    stop_studio(running)


def opened(chromium: Browser, visitor: Visitor, video: str, **device: object) -> Page:
    context = chromium.new_context(**device)  # type: ignore[arg-type]
    context.add_cookies(visitor.cookies())  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{visitor.address}/videos/{video}")
    expect(page.locator("body")).to_have_attribute("data-ready", "true", timeout=60_000)
    return page


def test_a_run_goes_on_without_its_page_and_after_its_workers_death_and_the_page_says_so(
    patient: RunningStudio, chromium: Browser, tmp_path: Path
):
    drawn = draw_clip(FRAMES, 320, 240)
    visitor = Visitor(patient)
    video = visitor.upload(write_video(tmp_path / "film.mp4", drawn.frames))
    visitor.put_box(video, [float(side) for side in drawn.box().split(",")])
    desk = opened(chromium, visitor, video, viewport={"width": 1440, "height": 900})
    desk.keyboard.press("t")
    expect(desk.locator("body")).to_have_attribute("data-run-state", "running", timeout=60_000)
    left_at = visitor.scene(video)["runs"][0]["job"]["done"]
    desk.context.close()

    phone = opened(chromium, visitor, video, viewport={"width": 390, "height": 844}, has_touch=True)
    expect(phone.locator("body")).to_have_attribute("data-run-state", "running")
    expect(phone.locator(".pill .what")).to_contain_text("Tracking")
    phone.wait_for_function("() => Number(document.body.dataset.revision) > 0")
    assert visitor.scene(video)["runs"][0]["job"]["done"] >= left_at

    process = pool_process(patient)
    assert process is not None, "nobody tracks"
    os.kill(process, signal.SIGKILL)

    expect(phone.locator(".pill .what")).to_contain_text("The worker stopped", timeout=30_000)
    expect(phone.locator(".pill .what")).not_to_contain_text("The worker stopped", timeout=60_000)
    expect(phone.locator("body")).to_have_attribute("data-run-state", "done", timeout=240_000)
    assert [frame for frame, _, _ in visitor.masks(video, FRAMES)] == list(range(FRAMES))
    phone.context.close()
