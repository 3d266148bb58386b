"""Taking in: from a file that somebody sent to a clip with a frame table, a proxy, a poster and a filmstrip.

Everything is made in a folder beside and renamed in the transaction that calls the clip ready, which carries the
lease's token: a worker that was thought dead and wakes cannot put its files among another's. Whatever stops an ingest
leaves the source and a clip that is not ready, and it may begin again.
"""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from studio.jobs.errors import JobFault
from studio.jobs.lease import Lease
from studio.library import disk
from studio.library.files import SOURCE, folder_of
from studio.library.models import Video
from studio.library.sample import DRAWING_SHARE, draw_sample
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
            found = _made(lease, video, folder, making)
        except MediaError as fault:
            raise JobFault(fault.code, _sentence(str(fault))) from fault
        disk.sync_tree(making)
        with lease.commit(PARTS, PARTS) as revision:
            for path in making.iterdir():
                disk.put_in_place(path, folder / path.name)
            disk.sync_folder(folder)
            _rows(video).update(**_columns(found, folder / SOURCE), row_revision=revision)


def _made(lease: Lease, video: Video, folder: Path, making: Path) -> Found:
    """Draw the source where it is the sample's, read it, and put all that is made of it into `making`."""
    source, before = folder / SOURCE, 0.0
    if video.sample and not source.exists():
        source, before = making / SOURCE, DRAWING_SHARE
        draw_sample(source, lambda share: lease.report(round(before * share * PARTS), PARTS))

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
