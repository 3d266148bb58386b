"""The frame that is asked for is the frame that is shown, and its masks are its own."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from browser.desk import ready, upload
from drawn.clips import BITS, BLOCK, draw_clip, varying_times, write_video

pytestmark = pytest.mark.whole

FRAMES = 60
SIZE = (320, 240)

# the number in the frame's top rows, as the canvas shows it
BURNED = """() => {
    const canvas = document.querySelector("#stage");
    const { left, top, scale, aspect, drawnFrame } = canvas.dataset;
    const ratio = canvas.width / canvas.clientWidth;
    const context = canvas.getContext("2d");
    let number = 0;
    for (let bit = 0; bit < %d; bit += 1) {
        const x = (+left + (bit + 0.5) * %d * scale * aspect) * ratio;
        const y = (+top + %d * 0.5 * scale) * ratio;
        if (context.getImageData(Math.round(x), Math.round(y), 1, 1).data[1] > 127) number |= 1 << bit;
    }
    return [number, Number(drawnFrame)];
}""" % (BITS, BLOCK, BLOCK)  # noqa: UP031  braces are JavaScript's here


@pytest.fixture(scope="module", params=["constant", "varying"])
def video(request: pytest.FixtureRequest, first_page: Page, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A clip with its frame number burned in."""
    times = varying_times(FRAMES) if request.param == "varying" else None
    film = tmp_path_factory.mktemp("films") / f"{request.param} rate.mp4"
    return upload(first_page, write_video(film, draw_clip(FRAMES, *SIZE).frames, times=times))


@pytest.fixture
def clip(page: Page, video: str) -> Page:
    page.goto(f"/videos/{video}")
    ready(page)
    return page


def test_every_frame_is_found_forward_and_backward(clip: Page):
    asked = [*range(1, FRAMES), *range(FRAMES - 2, -1, -1)]

    seen = clip.evaluate(
        """async (asked) => {
            const read = BURNED, field = document.querySelector("input[aria-label='Frame']"), seen = [];
            const screen = () => new Promise(requestAnimationFrame);
            for (const frame of asked) {
                field.value = frame;
                field.dispatchEvent(new Event("change", { bubbles: true }));
                const until = performance.now() + 10_000, { body } = document, stage = document.querySelector("#stage");
                const there = () => [body.dataset.frame, stage.dataset.drawnFrame].every((at) => at === String(frame));
                while (!there() && performance.now() < until) await screen();
                seen.push(read()[0]);
            }
            return seen;
        }""".replace("BURNED", f"({BURNED})"),
        asked,
    )

    assert [pair for pair in zip(asked, seen, strict=True) if pair[0] != pair[1]] == []


def test_while_playing_the_frame_it_says_is_the_frame_it_shows(clip: Page):
    clip.keyboard.press("Home")
    clip.keyboard.press("Space")

    seen = clip.evaluate(
        """() => new Promise((resolve) => {
            const read = BURNED, seen = [], until = performance.now() + 1200;
            const look = () => {
                seen.push(read());
                if (performance.now() < until) requestAnimationFrame(look);
                else resolve(seen);
            };
            requestAnimationFrame(look);
        })""".replace("BURNED", f"({BURNED})")
    )

    assert [pair for pair in seen if pair[0] != pair[1]] == []
    assert len({shown for shown, _ in seen}) > 5, "it did not play"
