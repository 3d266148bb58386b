"""The table of promises speaks of tests that exist."""

from __future__ import annotations

from pathlib import Path

import pytest

from faults.statements import STATEMENTS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", list(STATEMENTS))
def test_a_promise_is_held_by_tests_that_exist(name: str):
    for test in STATEMENTS[name].tests:
        path, _, function = test.partition("::")
        text = (ROOT / path).read_text()
        assert f"def {function or 'test_'}" in text, test
