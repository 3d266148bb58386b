"""A real Chromium in front of the whole studio."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from browser.chromium import launch_chromium
from browser.window import State, open_window, sign_in
from running.studio import RunningStudio, start_studio, stop_studio


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStudio]:
    """What `manage.py up` starts, once for all tests."""
    running = start_studio(tmp_path_factory.mktemp("studio") / "data")
    yield running
    stop_studio(running)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Playwright's own, or the system's, or Debian's; skips, saying so, where there is none (never in CI)."""
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        if browser is None:
            message = "no Chromium on this machine: install one (apt-get install chromium) to run the browser tests"
            if os.environ.get("CI"):
                pytest.fail(message)
            pytest.skip(message)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def signed_in(studio: RunningStudio, chromium: Browser) -> State:
    """The cookies of somebody who used the link."""
    return sign_in(chromium, studio)


@pytest.fixture
def page(studio: RunningStudio, chromium: Browser, signed_in: State) -> Iterator[Page]:
    """A signed-in browser window; what its console complains of fails the test."""
    with open_window(chromium, studio, signed_in) as page:
        yield page


@pytest.fixture(scope="module")
def first_page(studio: RunningStudio, chromium: Browser, signed_in: State) -> Iterator[Page]:
    """A window in which the clips of a file's tests are made, once for all of them."""
    with open_window(chromium, studio, signed_in) as page:
        yield page
