"""Taking in: from a file that somebody sent to a clip with a frame table, a proxy, a poster and a filmstrip.

Everything is made in a folder beside, and renamed or named in the transaction that calls the clip ready, which carries
the lease's token: a worker that was thought dead and wakes cannot put its files among another's. Whatever stops an
ingest leaves the source and a clip that is not ready, and it may begin again.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from studio.jobs.errors import JobFault
from studio.jobs.lease import Lease
from studio.library import disk
from studio.library.files import SOURCE, folder_of, incoming, key_of, source_of
from studio.library.models import Video
from studio.library.sample import DRAWING_SHARE, draw_sample
from studio.library.store import store
from studio.media.errors import MediaError
from studio.media.probe import Bounds, Found, take_in

PARTS = 1000  # of an ingest, as its job counts them: how many frames there are is not known before


def take(lease: Lease) -> None:
    """Take the job's clip in. Raises JobFault with what is wrong with its source."""
    video = Video.objects.get(pk=lease.job.video_id)
    with lease.commit(0, PARTS) as revision:
        _rows(video).update(state=Video.State.INGESTING, error_code="", error="", row_revision=revision)
    folder = folder_of(video.id)
    disk.make_folder(folder)
    with disk.making_folder(folder, lease.token) as making:
        try:
            found = _made(lease, video, making)
        except MediaError as fault:
            raise JobFault(fault.code, _sentence(str(fault))) from fault
        files, former = store(), video.edition
        video.edition = lease.token.hex if files.editions else ""
        made = {path: key_of(video, path.name) for path in making.iterdir()}
        source = making / SOURCE if making / SOURCE in made else source_of(video)
        columns = _columns(found, source)
        disk.sync_tree(making)
        _send(made, video)
        with lease.commit(PARTS, PARTS) as revision:
            for path, key in made.items():
                files.settle(path, key)
            _rows(video).update(**columns, edition=video.edition, row_revision=revision)
    if files.editions:  # all is in the store: what came in here, and what an earlier ingest made, have had their time
        incoming(video.id).unlink(missing_ok=True)
        for left in (folder, incoming(video.id).parent):
            with suppress(OSError):  # somebody else is at work in it
                left.rmdir()
        if former:
            files.remove(f"videos/{video.id}/{former}")


def _made(lease: Lease, video: Video, making: Path) -> Found:
    """Draw the source where it is the sample's, read it, and put all that is made of it into `making`."""
    before = 0.0
    if video.sample and not incoming(video.id).exists() and not store().has(key_of(video, SOURCE)):
        source, before = making / SOURCE, DRAWING_SHARE
        draw_sample(source, lambda share: lease.report(round(before * share * PARTS), PARTS))
    else:
        source = source_of(video)

    def hear(share: float, fps: float | None, seconds_left: float | None) -> None:
        done = round((before + (1 - before) * share) * PARTS)
        lease.report(min(done, PARTS - 1), PARTS, fps=fps, seconds_left=seconds_left)

    bounds = Bounds(
        max_bytes=settings.STUDIO_MAX_BYTES,
        max_seconds=settings.STUDIO_MAX_SECONDS,
        max_pixels=settings.STUDIO_MAX_PIXELS,
        max_frames=settings.STUDIO_MAX_FRAMES,
    )
    return take_in(source, making, bounds, hear, images=video.form == Video.Form.IMAGES, tick=lease.look)


def _send(made: Mapping[Path, str], video: Video) -> None:
    """Have all of it kept, and the source where it waits outside of the store."""
    waiting = incoming(video.id)
    files = store()
    try:
        for path, key in made.items():
            files.send(path, key)
        if files.editions and waiting.exists():
            files.send(waiting, key_of(video, SOURCE))
    except MediaError as fault:
        raise JobFault(fault.code, str(fault)) from fault


def _rows(video: Video) -> QuerySet[Video]:
    return Video.objects.filter(pk=video.pk)


def _columns(found: Found, source: Path) -> dict[str, object]:
    """What was found, as the clip's row keeps it."""
    rate = found.frame_rate
    return {
        "state": Video.State.READY,
        "byte_size": source.stat().st_size,
        "width": found.width,
        "height": found.height,
        "pixel_aspect": found.pixel_aspect,
        "frame_count": found.frame_count,
        "duration_s": found.duration_s,
        "frame_rate_num": rate.numerator if rate is not None else 0,
        "frame_rate_den": rate.denominator if rate is not None else 1,
        "has_sound": found.has_sound,
        "filmstrip": found.filmstrip,
    }


def _sentence(words: str) -> str:
    return words if words.endswith(".") else f"{words}."
