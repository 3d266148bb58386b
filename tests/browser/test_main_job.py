"""A person's first hour on one machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from browser.first_hour import first_hour

pytestmark = pytest.mark.whole


def test_from_a_film_to_masks_to_files(page: Page, tmp_path: Path):
    first_hour(page, tmp_path)
