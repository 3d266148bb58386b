"""The library page tells what a person uses and which clips go, and keeps them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from running.studio import RunningStudio

pytestmark = pytest.mark.whole
MOST_BYTES = 10**9  # room enough for what other tests send


def in_tables(studio: RunningStudio, statement: str, *values: object) -> list[tuple[object, ...]]:
    """What an operator or the reaper does to the tables of the running studio."""
    with closing(sqlite3.connect(studio.data / "studio.sqlite3", timeout=20)) as tables, tables:
        return tables.execute(statement, values).fetchall()


def test_a_person_sees_what_they_use_and_keeps_a_clip_that_would_go(page: Page, studio: RunningStudio):
    page.goto("/")
    page.get_by_role("button", name="Try the sample clip").click()
    card = page.locator("article").filter(has_text="Ladybird (sample)")  # others' clips are there too
    expect(card).to_have_attribute("data-state", "ready", timeout=60_000)
    clip = card.get_attribute("data-video")
    expect(page.get_by_role("meter")).to_have_count(0)  # nothing is limited
    expect(page.locator(".notice")).to_have_count(0)

    in_tables(studio, f"INSERT INTO accounts_allowance (owner_id, bytes) SELECT id, {MOST_BYTES} FROM auth_user")
    due = datetime.now(UTC) + timedelta(days=10)
    in_tables(studio, "UPDATE library_video SET goes_at = ? WHERE id = ?", due.isoformat(" "), clip.replace("-", ""))
    page.reload()

    meter = page.get_by_role("meter", name="Disk")
    expect(meter).to_have_attribute("aria-valuemax", str(MOST_BYTES))
    expect(page.get_by_label("What you use")).to_contain_text("of 1.0 GB")
    day = page.evaluate(
        "moment => new Date(moment).toLocaleDateString(undefined, { day: 'numeric', month: 'long' })", due.isoformat()
    )
    notice = page.locator(".notice")
    expect(notice).to_contain_text(f"goes on {day}, as nobody has opened it for long.")
    expect(card).to_contain_text(f"Goes on {day}")

    notice.get_by_role("button", name="Keep").click()

    expect(notice).to_have_count(0)
    expect(card).not_to_contain_text("Goes on")
    assert in_tables(studio, "SELECT goes_at FROM library_video WHERE id = ?", clip.replace("-", "")) == [(None,)]

    in_tables(studio, "DELETE FROM accounts_allowance")
