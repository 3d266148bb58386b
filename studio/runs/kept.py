"""The weights that a run began with, kept beside the clips until no run needs them: a deploy that brings others under
the same name does not end what is under way. docs/adr/0019-a-run-keeps-its-weights.md
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import structlog
from django.conf import settings

from studio.jobs.errors import JobFault
from studio.jobs.models import Job
from studio.library import disk
from studio.library.store import store
from studio.library.sweep import remove_kept_orphans
from studio.media.errors import MediaError
from studio.runs.models import Run
from studio.weights import Listed, UnreadableList, read_weights

logger = structlog.get_logger(__name__)

FOLDER = "weights"  # of the store


@dataclass(frozen=True, slots=True)
class Begun:
    """What a run tracks with."""

    weights: str | Path  # a name in the list of weights, or a file
    presence: Mapping[str, object] | None = None  # a file's: when to disbelieve a find, as its list had it then


def weights_of(run: Run) -> Begun:
    """The weights a run began with; one that begins now notes and keeps those of its name as they are here.

    Raises JobFault where they are neither here under their name nor kept.
    """
    listed = _listed(run.weights)
    told = run.began_with
    if not told:
        if run.checkpoint is None and listed is not None and listed.file.is_file():
            _note(run, listed)
        return Begun(run.weights)
    if listed is not None and listed.file.is_file() and _sum_of(listed) == told["sha256"]:
        if (listed.profile, listed.presence) == (told["profile"], told["presence"]):
            return Begun(run.weights)
        file = listed.file  # the same weights, judged otherwise since
    else:
        file = _kept(run, told["sha256"])
    own = run.profile in ("", told["profile"])  # another profile's results are published without
    return Begun(file, told["presence"] if own else None)


def _kept(run: Run, sha256: str) -> Path:
    try:
        copy = store().local(key(sha256))
    except MediaError as fault:
        raise _gone(run) from fault
    if _sum(copy) != sha256:
        raise _gone(run)
    return copy


def key(sha256: str) -> str:
    """What the store calls a copy."""
    return f"{FOLDER}/{sha256}"


def needed() -> set[str]:
    """The sums of weights that runs which are not over began with."""
    told = Run.objects.filter(job__state__in=Job.ACTIVE).exclude(began_with={}).values_list("began_with", flat=True)
    return {str(one["sha256"]) for one in told}


def sweep_weights() -> int:
    """Remove copies that no run needs, except of weights that are here and will be begun with again."""
    try:
        here = {entry.sha256 for entry in read_weights(settings.STUDIO_WEIGHTS).entries if entry.sha256 is not None}
    except UnreadableList:
        here = set()
    removed = remove_kept_orphans(FOLDER, needed() | here)
    logger.info("weights swept", copies=removed)
    return removed


def _listed(name: str) -> Listed | None:
    try:
        return next((entry for entry in read_weights(settings.STUDIO_WEIGHTS).entries if entry.name == name), None)
    except UnreadableList:
        return None  # loading them says so


def _note(run: Run, listed: Listed) -> None:
    sha256 = _sum_of(listed)
    try:
        _keep(listed.file, sha256)
    except (OSError, MediaError) as fault:  # the run can begin all the same
        logger.warning("weights not kept", run=str(run.pk), weights=run.weights, reason=str(fault))
    run.began_with = {"sha256": sha256, "profile": listed.profile, "presence": listed.presence}
    run.save(update_fields=["began_with"])


def _keep(file: Path, sha256: str) -> None:
    files = store()
    if files.has(key(sha256)):
        return
    folder = Path(settings.STUDIO_DATA) / FOLDER
    disk.make_folder(folder)
    beside = folder / f".{uuid4()}"
    try:
        shutil.copyfile(file, beside)
        disk.sync_file(beside)
        files.send(beside, key(sha256))
        files.settle(beside, key(sha256))
    finally:
        beside.unlink(missing_ok=True)


def _sum_of(listed: Listed) -> str:
    return listed.sha256 or _sum(listed.file)


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _gone(run: Run) -> JobFault:
    return JobFault(
        "weights-gone",
        f"The weights {run.weights} that this run began with are no longer on this server; its masks stay, and another "
        "run can go on from them.",
    )
