"""A real Chromium in front of the whole studio."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from browser.chromium import launch_chromium
from running.server import served_studio
from running.studio import RunningStudio, start_studio, stop_studio

ON_ONE_MACHINE, ON_A_SERVER = "on one machine", "on a server"


@pytest.fixture(scope="session")
def studio(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStudio]:
    """What `manage.py up` starts, or, where a test asks for it, a studio on PostgreSQL, Redis and a bucket."""
    folder = tmp_path_factory.mktemp("studio")
    if getattr(request, "param", ON_ONE_MACHINE) == ON_A_SERVER:
        with served_studio(folder) as served:
            yield served
        return
    running = start_studio(folder / "data")
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
def signed_in(studio: RunningStudio, chromium: Browser) -> dict[str, object]:
    """The cookies of somebody who used the link."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(studio.link)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{studio.address}/")
    state = context.storage_state()
    context.close()
    return dict(state)


@pytest.fixture
def page(studio: RunningStudio, chromium: Browser, signed_in: dict[str, object]) -> Iterator[Page]:
    """A signed-in browser window; what its console complains of fails the test."""
    context = chromium.new_context(
        base_url=studio.address,
        storage_state=signed_in,  # type: ignore[arg-type]
        viewport={"width": 1440, "height": 900},
        accept_downloads=True,
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None,
    )
    yield page
    context.close()
    assert complaints == []
