"""axe-core in a page under our own strict policy: evaluated by the debugger, which a policy does not bind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")


def grave_faults(page: Page) -> list[str]:
    """What axe finds serious or critical on the page as it is now: rule, element, why."""
    session = page.context.new_cdp_session(page)
    if session.send("Runtime.evaluate", {"expression": "typeof axe"})["result"]["value"] == "undefined":
        session.send("Runtime.evaluate", {"expression": AXE.read_text()})
    answer = session.send(
        "Runtime.evaluate",
        {
            "expression": "axe.run(document, {resultTypes: ['violations']}).then((found) => found.violations)",
            "awaitPromise": True,
            "returnByValue": True,
        },
    )
    session.detach()
    assert "exceptionDetails" not in answer, answer["exceptionDetails"]
    violations: list[dict[str, Any]] = answer["result"]["value"]
    return [
        f"{violation['id']}: {node['html'][:160]} ({node.get('failureSummary', '').splitlines()[-1].strip()})"
        for violation in violations
        if violation["impact"] in GRAVE
        for node in violation["nodes"]
    ]
