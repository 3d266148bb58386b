"""The frame that is asked for is the frame that is shown, and its masks are its own."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from browser.desk import ready, upload
from drawn.clips import BITS, BLOCK, draw_clip, varying_times, write_video
from running.studio import RunningStudio

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
def video(request, studio: RunningStudio, chromium: Browser, signed_in: dict[str, object], tmp_path_factory) -> str:
    """A clip with its frame number burned in."""
    times = varying_times(FRAMES) if request.param == "varying" else None
    film = tmp_path_factory.mktemp("films") / f"{request.param} rate.mp4"
    context = chromium.new_context(base_url=studio.address, storage_state=signed_in)
    video = upload(context.new_page(), write_video(film, draw_clip(FRAMES, *SIZE).frames, times=times))
    context.close()
    return video


@pytest.fixture
def clip(page: Page, video: str) -> Page:
    page.goto(f"/videos/{video}")
    ready(page)
    return page


def test_every_frame_is_found_forward_and_backward(clip: Page):
    wrong = []
    field = clip.get_by_label("Frame", exact=True)
    for frame in [*range(1, FRAMES), *range(FRAMES - 2, -1, -1)]:
        field.fill(str(frame))
        field.press("Enter")
        clip.wait_for_function("frame => document.body.dataset.frame === String(frame)", arg=frame)
        clip.wait_for_function(
            "frame => document.querySelector('#stage').dataset.drawnFrame === String(frame)", arg=frame
        )
        shown, _ = clip.evaluate(BURNED)
        if shown != frame:
            wrong.append((frame, shown))

    assert wrong == []


def test_while_playing_the_frame_it_says_is_the_frame_it_shows(clip: Page):
    clip.keyboard.press("Home")
    clip.keyboard.press("Space")

    seen = clip.evaluate(
        """() => new Promise((resolve) => {
            const read = BURNED, seen = [], until = performance.now() + 2500;
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
