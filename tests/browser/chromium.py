"""The Chromium there is."""

from __future__ import annotations

import shutil

from playwright.sync_api import Browser, Playwright
from playwright.sync_api import Error as PlaywrightError

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def launch_chromium(playwright: Playwright) -> Browser | None:
    """Playwright's own, or the system's, or Debian's; None where there is none."""
    for path in [None, *filter(None, map(shutil.which, CHROMIUMS))]:
        try:
            return playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        except PlaywrightError:
            continue
    return None
