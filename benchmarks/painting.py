"""What the brush costs the page's main thread: each move of a stroke over a frame of 1080p, traced in Chromium.

    .venv/bin/python benchmarks/painting.py [--size 100] [--moves 400]

Starts a studio of its own on a folder of its own. A move costs what its event handlers take; a frame of the screen in a
stroke costs that and whatever else the main thread does for it, as the trace's tasks have it. Times are the thread's
own (CPU) where Chromium gives them: other work on the machine does not count.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

from browser.chromium import launch_chromium  # noqa: E402
from drawn.clips import draw_clip, write_video  # noqa: E402
from running.studio import Visitor, start_studio, stop_studio  # noqa: E402

WIDTH, HEIGHT = 1920, 1080
SIZES = (1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 20, 25, 32, 40, 50, 64, 80, 100, 128, 160, 200, 256, 320, 400)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, action="append", choices=SIZES, help="of the brush, in pixels of the film")
    parser.add_argument("--moves", type=int, default=400)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        studio = start_studio(Path(folder) / "data")
        try:
            with sync_playwright() as playwright:
                browser = launch_chromium(playwright)
                assert browser is not None, "there is no Chromium on this machine"
                visitor = Visitor(studio)
                film = write_video(Path(folder) / "film.mp4", draw_clip(10, WIDTH, HEIGHT).frames)
                video = visitor.upload(film)
                visitor.put_box(video, [10, 10, 50, 50])
                page = browser.new_page(viewport={"width": 1440, "height": 900})
                page.context.add_cookies(visitor.cookies())  # type: ignore[arg-type]
                page.goto(f"{visitor.address}/videos/{video}")
                page.wait_for_function("() => document.body.dataset.ready === 'true'")
                for size in asked.size or (40, 100, 400):
                    measure(browser, page, size, asked.moves)
                browser.close()
        finally:
            stop_studio(studio)


def measure(browser: Browser, page: Page, size: int, moves: int) -> None:
    page.keyboard.press("m")
    slider = page.get_by_label("Brush size")
    while (now := int(str(slider.get_attribute("aria-valuetext")).split()[0])) != size:
        page.keyboard.press("[" if now > size else "]")
    box = page.locator("#stage").bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    browser.start_tracing(
        page=page, categories=["devtools.timeline", "disabled-by-default-devtools.timeline", "toplevel"]
    )
    page.mouse.down()
    for turn in range(moves):  # a growing spiral over the picture
        angle, reach = turn * 0.11, 40 + 220 * turn / moves
        page.mouse.move(middle[0] + reach * math.cos(angle) * 1.6, middle[1] + reach * math.sin(angle))
    page.mouse.up()
    page.wait_for_function("() => document.body.dataset.saving === 'saved'")
    trace = json.loads(browser.stop_tracing())["traceEvents"]
    dispatched = [event for event in trace if event.get("name") == "EventDispatch" and event.get("ph") == "X"]
    by_type = {
        kind: [event.get("tdur", event["dur"]) / 1000 for event in dispatched if event["args"]["data"]["type"] == kind]
        for kind in ("pointerdown", "pointermove", "pointerup")
    }
    thread = next(
        (event["pid"], event["tid"]) for event in dispatched if event["args"]["data"]["type"] == "pointermove"
    )
    begin = min(event["ts"] for event in dispatched if event["args"]["data"]["type"] == "pointerdown")
    end = max(event["ts"] for event in dispatched if event["args"]["data"]["type"] == "pointerup")
    tasks, after = (
        [
            event.get("tdur", event["dur"]) / 1000
            for event in trace
            if event.get("name", "").endswith("RunTask") and event.get("ph") == "X" and since <= event["ts"] <= until
            if (event["pid"], event["tid"]) == thread
        ]
        for since, until in ((begin, end), (end, math.inf))
    )
    print(f"brush of {size} px on {WIDTH} x {HEIGHT}")
    print(f"  pointermove     {told(by_type['pointermove'])}  ({len(by_type['pointermove'])} of {moves} dispatched)")
    print(f"  main tasks      {told(tasks)}  ({sum(task > 16 for task in tasks)} over 16 ms)")
    print(f"  until kept      {told(after)}  ({sum(task > 16 for task in after)} over 16 ms)")
    print(f"  begin and end   {max(by_type['pointerdown']):.1f} and {max(by_type['pointerup']):.1f} ms")


def told(times: Iterable[float]) -> str:
    ordered: list[Any] = sorted(times)
    p95 = ordered[min(int(0.95 * len(ordered)), len(ordered) - 1)]
    return f"p50 {statistics.median(ordered):.2f} ms, p95 {p95:.2f} ms, most {ordered[-1]:.2f} ms"


if __name__ == "__main__":
    main()
