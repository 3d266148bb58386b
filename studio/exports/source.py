"""What an export says of where its masks came from: the clip's file, the weights that found them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from uuid import UUID

from django.apps import apps
from django.conf import settings

from studio.library.errors import NotFound
from studio.library.files import SOURCE, TABLE, key_of, source_of
from studio.library.models import Video
from studio.library.store import store
from studio.media.errors import NoSuchFile
from studio.media.frame_table import FrameTable
from studio.media.pictures import DEFAULT_RATE
from studio.weights import UnreadableList, read_weights

MOST_SUMMED_BYTES = 2 * 1024**3  # a larger source takes longer to sum up than its masks take to write


def source_facts(video: Video) -> dict[str, object]:
    """The source's size and sum, the sum null where it is too large."""
    try:
        size = store().look(key_of(video, SOURCE)).size
        sha256 = _sum(source_of(video)) if size <= MOST_SUMMED_BYTES else None
    except (NotFound, NoSuchFile):
        size, sha256 = None, None
    return {"title": video.title, "form": video.form, "bytes": size, "sha256": sha256}


def rate_of(video: Video) -> Fraction:
    """Frames a second, the average where it varies. Raises a MediaError."""
    if video.form == Video.Form.IMAGES:
        return Fraction(video.frame_rate_num, video.frame_rate_den) if video.frame_rate_num else DEFAULT_RATE
    return FrameTable.from_bytes(store().local(key_of(video, TABLE)).read_bytes()).frame_rate


def weights_facts(run_ids: Iterable[UUID]) -> list[dict[str, object]]:
    """Name, profile and sum of the weights of these runs; the sum null where neither run nor list tells it."""
    runs = apps.get_model("runs", "Run")._default_manager  # runs and exports stand side by side and import neither
    sums = _known_sums(settings.STUDIO_WEIGHTS)
    used = {
        (name, profile, told.get("sha256") or sums.get(name))
        for name, profile, told in runs.filter(pk__in=list(run_ids)).values_list("weights", "profile", "began_with")
    }
    ordered = sorted(used, key=lambda one: (one[0], one[1], one[2] or ""))
    return [{"name": name, "profile": profile or None, "sha256": sha256} for name, profile, sha256 in ordered]


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _known_sums(folder: Path) -> Mapping[str, str | None]:
    """The sums of all weights the folder lists; a sum that is not known is no fault of the export."""
    try:
        return {entry.name: entry.sha256 for entry in read_weights(folder).entries}
    except UnreadableList:
        return {}
