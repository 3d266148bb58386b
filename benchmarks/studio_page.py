"""What a person waits for: a second start, Track to the first mask, a commit to its pixels; and the memory held.

    .venv/bin/python benchmarks/studio_page.py [--frames 600] [--rounds 60]

Starts a studio of its own on a folder of its own and drives it with Chromium. Memory is read of the process that
tracks and of the page, at a tenth of the run and at its end.
"""

from __future__ import annotations

import argparse
import gzip
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from playwright.sync_api import Page, sync_playwright  # noqa: E402

from browser.chromium import launch_chromium  # noqa: E402
from drawn.clips import draw_clip, write_video  # noqa: E402
from running.studio import Visitor, pool_process, start_studio, stop_studio  # noqa: E402

WATCH = """([x, y, before]) => new Promise((resolve) => {
    const canvas = document.querySelector("#stage");
    const look = () => {
        const { left, top, scale, aspect } = canvas.dataset;
        const ratio = canvas.width / canvas.clientWidth;
        const at = [(+left + x * scale * aspect) * ratio, (+top + y * scale) * ratio].map(Math.round);
        const now = [...canvas.getContext("2d").getImageData(...at, 1, 1).data].slice(0, 3);
        if (before === null || Math.max(...now.map((value, index) => Math.abs(value - before[index]))) > 12)
            resolve([performance.timeOrigin + performance.now(), now]);
        else requestAnimationFrame(look);
    };
    look();
})"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=60)
    asked = parser.parse_args()
    scripts = (ROOT / "frontend" / "dist").rglob("*.js")
    sizes = {script.name: len(gzip.compress(script.read_bytes())) for script in scripts}
    print(f"JavaScript of the page    {sum(sizes.values()) / 1000:.1f} kB gzip in {len(sizes)} files")
    with tempfile.TemporaryDirectory() as folder:
        stop_studio(start_studio(Path(folder) / "data"))
        began = time.perf_counter()
        studio = start_studio(Path(folder) / "data")
        print(f"second start              {time.perf_counter() - began:.1f} s")
        try:
            with sync_playwright() as playwright:
                browser = launch_chromium(playwright)
                assert browser is not None, "there is no Chromium on this machine"
                measure(studio, browser.new_page(viewport={"width": 1440, "height": 900}), asked, Path(folder))
                browser.close()
        finally:
            stop_studio(studio)


def measure(studio: object, page: Page, asked: argparse.Namespace, folder: Path) -> None:
    visitor = Visitor(studio)  # type: ignore[arg-type]
    page.context.add_cookies(visitor.cookies())
    drawn = draw_clip(asked.frames, 640, 360)
    video = visitor.upload(write_video(folder / "film.mp4", drawn.frames))
    x, y, width, height = map(float, drawn.box().split(","))
    visitor.put_box(video, [x, y, width, height])
    page.goto(f"{visitor.address}/videos/{video}")
    page.wait_for_function("() => document.body.dataset.ready === 'true'")
    at = [x + width / 3, y + height / 3]
    _, plain = page.evaluate(WATCH, [*at, None])
    pressed = time.time() * 1000
    page.keyboard.press("t")
    shown, _ = page.evaluate(WATCH, [*at, plain])
    print(f"Track to the first mask   {shown - pressed:.0f} ms")

    held = []
    for share in (0.1, 0.99):
        while (job := visitor.scene(video)["runs"][0]["job"])["state"] == "running" and job["progress"] < share:
            time.sleep(0.1)
        heap = page.evaluate("performance.memory ? performance.memory.usedJSHeapSize : 0")
        held.append((job["progress"], resident_mb(pool_process(studio)), heap / 1e6))  # type: ignore[arg-type]
    for progress, worker, heap in held:
        print(f"at {progress:4.0%} of the run       worker {worker:.0f} MB, page heap {heap:.1f} MB")
    while visitor.scene(video)["runs"][0]["job"]["state"] != "done":
        time.sleep(0.1)

    waits = []
    _, before = page.evaluate(WATCH, [*at, None])
    for turn in range(asked.rounds):
        began = time.time() * 1000
        visitor.recolor(video, "#ff0000" if turn % 2 else "#00ff00")
        shown, before = page.evaluate(WATCH, [*at, before])
        waits.append(shown - began)
        time.sleep(0.05)
    waits.sort()
    print(
        f"request to pixels         p50 {statistics.median(waits):.0f} ms, p95 {waits[int(0.95 * len(waits))]:.0f} ms "
        f"({len(waits)} changes of colour; holds the request's own way to its commit)"
    )


def resident_mb(process: int | None) -> float:
    if process is None:
        return 0.0
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1000
    return 0.0


if __name__ == "__main__":
    main()
