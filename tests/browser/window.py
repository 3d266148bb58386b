"""A browser window of somebody who is signed in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, StorageState

from running.studio import RunningStudio

State = StorageState  # cookies


def sign_in(chromium: Browser, studio: RunningStudio) -> State:
    """The cookies of somebody who used the studio's link."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(studio.link)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{studio.address}/")
    state = context.storage_state()
    context.close()
    return state


@contextmanager
def open_window(chromium: Browser, studio: RunningStudio, state: State) -> Iterator[Page]:
    """A window of a desk's size; what its console complains of is a failure."""
    context = chromium.new_context(
        base_url=studio.address,
        storage_state=state,
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
    try:
        yield page
    finally:
        context.close()
    assert complaints == []
