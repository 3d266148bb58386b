"""An export's work: cut the masks, have the file written beside, put it in its place as the transaction tells of it.

That transaction carries the lease's token: a worker that was thought dead and wakes cannot put its file in another's
place. A killed export leaves a folder that the next attempt removes, and begins again.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.conf import settings

from studio.exports import backdrops, project
from studio.exports.effects import EFFECTS
from studio.exports.kinds import parse_wish
from studio.exports.manifest import made_by
from studio.exports.models import Export
from studio.exports.options import Options
from studio.exports.progress import Progress
from studio.exports.service import making_folder, name_of
from studio.exports.snapshot import chosen_subjects, masks_of, scene_revision, spool_masks, tracks_of
from studio.exports.source import rate_of, source_facts, weights_facts
from studio.exports.target import Target
from studio.exports.writing import Order, limits_of, write_file
from studio.jobs.errors import JobFault
from studio.jobs.lease import Lease
from studio.library import disk
from studio.library.files import clip_files, export_key
from studio.library.store import store
from studio.media.errors import MediaError
from studio.scenes.errors import SceneFault

MASKS = ".masks"  # what the export is made of, beside its file while that is written


def make(lease: Lease) -> None:
    """Make the job's file. Raises JobFault with what is in the way."""
    export = Export.objects.select_related("video").get(job=lease.job)
    disk.make_folder(making_folder())
    try:
        options = parse_wish(export.format, export.options, export.video.frame_count)
        name = name_of(export.video, export.format, options)
        with disk.making_folder(making_folder(), lease.token, str(export.id)) as making:
            revision, total = _write(lease, export, options, making / name)
            size = (making / name).stat().st_size
            with (making / name).open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            disk.sync_tree(making)
            files, key = store(), export_key(export.id, name, digest)
            files.send(making / name, key)
            with lease.commit(total, total):
                files.settle(making / name, key)
                Export.objects.filter(pk=export.pk).update(
                    file_name=name, byte_size=size, sha256=digest, of_revision=revision
                )
    except (MediaError, SceneFault) as fault:
        words = fault.message if isinstance(fault, SceneFault) else str(fault)
        raise JobFault(fault.code, words if words.endswith(".") else f"{words}.") from fault
    except OSError as fault:
        raise JobFault("cannot-write", f"The file cannot be written: {fault.strerror or fault}.") from fault


def _write(lease: Lease, export: Export, options: Options, path: Path) -> tuple[int, int]:
    """Write the file; returns the revision of the masks in it and the job's total."""
    video, kind = export.video, export.format
    revision = scene_revision(video)  # before the masks: what changes in between is in a newer export too
    subjects = list(project.subjects_of(video, options) if kind == project.name else chosen_subjects(video, options))
    if not subjects:
        raise SceneFault("nothing-to-export", "The objects of this export are no longer there.")
    frames = len(options.frames(video.frame_count))
    progress = Progress(lease, frames * (2 if options.images else 1))
    if kind == project.name:
        facts = {"made_by": made_by(), "source": source_facts(video)}
        with Target(path) as target:
            project.write(video, rate_of(video), subjects, target, progress.tick, facts)
        return revision, progress.total
    runs = masks_of(subjects, options).order_by().values_list("run_id", flat=True).distinct()
    weights = weights_facts(run for run in runs if run is not None)
    source, table = clip_files(video)
    order = Order(
        kind=kind,
        title=video.title,
        source=source,
        table=table,
        max_pixels=settings.STUDIO_MAX_PIXELS,
        objects=tracks_of(subjects),
        options=options,
        masks=path.with_name(MASKS),
        backdrop=backdrops.path_of(options.picture) if options.picture else None,
        facts={} if kind in EFFECTS else {"source": source_facts(video), "weights": weights},
        path=path,
    )
    spool_masks(video, subjects, options, order.masks)
    room = max(disk.free_bytes(path.parent) - disk.LEAST_FREE_BYTES // 2, 0)  # the database needs some too
    limits = limits_of(video.width, video.height, room, settings.STUDIO_STUCK_SECONDS)
    write_file(order, progress.tick, limits=limits, tick=lease.look)
    order.masks.unlink()
    return revision, progress.total
