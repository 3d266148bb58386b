"""Waiting for a piece of the server's work."""

from __future__ import annotations

import time
from collections.abc import Callable

from studio.client.errors import Refused
from studio.client.progress import Bar, note_of
from studio.client.server import LOOK_EVERY_S

Told = dict[str, object]


def wait_for(label: str, look: Callable[[], Told]) -> Told:
    """Ask until the job that `look` tells of is done; its last words. Raises Refused when it ended otherwise."""
    with Bar(label) as bar:
        while True:
            job = look()
            bar.show(_share(job), note_of(job))
            if job.get("state") == "done":
                return job
            if job.get("state") == "failed":
                raise Refused(str(job.get("error_code") or "failed"), str(job.get("error") or "The work failed."))
            if job.get("state") == "cancelled":
                raise Refused("cancelled", f"{label.strip().capitalize()}: somebody cancelled this.")
            time.sleep(LOOK_EVERY_S)


def part(told: Told, name: str) -> Told:
    """An object inside an answer. Raises Refused where it is none."""
    value = told.get(name)
    if not isinstance(value, dict):
        raise Refused("not-a-studio", f"The server's answer has no {name}; is this client of another version?")
    return value


def _share(job: Told) -> float:
    progress = job.get("progress")
    return float(progress) if isinstance(progress, int | float) else 0.0
