"""`make faults`: try every promise as often as it says, and print what came of it.

`python tests/faults/run.py [J1 U2 ...]`, with STUDIO_FAULTS of short, middle or long (the default here).
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ.setdefault("STUDIO_FAULTS", "long")

from faults.statements import STATEMENTS


class Table:
    """Collects what the tests say and prints a line a statement."""

    def __init__(self, wanted: list[str]) -> None:
        self.wanted = wanted
        self.reports: list[pytest.TestReport] = []
        self.seconds: dict[str, float] = defaultdict(float)  # of each test, with what it needs

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] += report.duration
        if report.when == "call" or report.outcome != "passed":
            self.reports.append(report)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        line = terminalreporter.write_line
        terminalreporter.section(f"faults, {os.environ['STUDIO_FAULTS']} set")
        line(f"{'':<4} {'promise':<80} {'tried':>6} {'held':>6} {'min':>5}  figure")
        for name in self.wanted:
            mine = [report for report in self.reports if _is_of(report.nodeid, STATEMENTS[name].tests)]
            held, tried, figures = self._summed(mine)
            spent = self._minutes(STATEMENTS[name].tests)
            line(f"{name:<4} {STATEMENTS[name].promise:<80} {tried:>6} {held:>6} {spent:>5.1f}  {'; '.join(figures)}")
        line(f"load {', '.join(f'{load:.1f}' for load in os.getloadavg())}")

    def _minutes(self, tests: tuple[str, ...]) -> float:
        return sum(took for nodeid, took in self.seconds.items() if _is_of(nodeid, tests)) / 60

    def _summed(self, reports: list[pytest.TestReport]) -> tuple[int, int, list[str]]:
        """How often it held, how often it was tried, and the figures that tests gave."""
        held = tried = 0
        figures: dict[str, None] = {}
        outcomes = defaultdict(int)
        for report in reports:
            said = dict(report.user_properties)
            times = int(said.get("tried", 1))
            outcomes[report.outcome] += 1
            if report.outcome == "skipped":
                continue
            tried += times
            held += times if report.outcome == "passed" else 0
            if "figure" in said:
                figures[str(said["figure"])] = None
        if outcomes["skipped"]:
            figures[f"{outcomes['skipped']} skipped"] = None
        return held, tried, list(figures)


def _is_of(nodeid: str, tests: tuple[str, ...]) -> bool:
    return any(nodeid.partition("[")[0] == test or nodeid.startswith(f"{test}::") for test in tests)


def main(names: list[str]) -> int:
    """Run the tests of these statements, or of all."""
    unknown = [name for name in names if name not in STATEMENTS]
    if unknown:
        sys.exit(f"There is no statement {unknown[0]}; there are {', '.join(STATEMENTS)}.")
    wanted = names or list(STATEMENTS)
    # those in a browser last: its event loop stays in this process, and others could not run theirs
    chosen = dict.fromkeys(test for name in wanted for test in STATEMENTS[name].tests)
    tests = sorted(chosen, key=lambda test: test.startswith("tests/browser"))
    return int(pytest.main(["-q", "-p", "no:randomly", *tests], plugins=[Table(wanted)]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
