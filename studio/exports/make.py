"""An export's work: cut the masks, write the file beside, put it in its place in the transaction that tells of it.

That transaction carries the lease's token: a worker that was thought dead and wakes cannot put its file in another's
place. A killed export leaves a folder that the next attempt removes, and begins again.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from studio.exports import project
from studio.exports.effects import EFFECTS
from studio.exports.formats import FORMATS
from studio.exports.kinds import parse_wish
from studio.exports.manifest import made_by, manifest_of
from studio.exports.models import Export
from studio.exports.options import Options
from studio.exports.progress import Progress
from studio.exports.service import making_folder, name_of
from studio.exports.snapshot import chosen_subjects, masks_of, scene_revision, spool_masks, tracks_of
from studio.exports.source import source_facts, weights_facts
from studio.exports.target import Target
from studio.exports.tracks import Tracks
from studio.jobs.errors import JobFault
from studio.jobs.lease import Lease
from studio.library import disk
from studio.library.files import export_key, open_source
from studio.library.store import store
from studio.media.errors import MediaError
from studio.scenes.errors import SceneFault


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
    clip = open_source(video)
    revision = scene_revision(video)  # before the masks: what changes in between is in a newer export too
    subjects = list(project.subjects_of(video, options) if kind == project.name else chosen_subjects(video, options))
    if not subjects:
        raise SceneFault("nothing-to-export", "The objects of this export are no longer there.")
    frames = len(options.frames(clip.frame_count))
    progress = Progress(lease, frames * (2 if options.images else 1))
    if kind == project.name:
        facts = {"made_by": made_by(), "source": source_facts(video)}
        with Target(path) as target:
            project.write(video, clip, subjects, target, progress.tick, facts)
        return revision, progress.total
    with spool_masks(video, subjects, options) as spool:
        tracks = Tracks(video.title, clip, tracks_of(subjects), spool, options, progress.tick)
        if kind in EFFECTS:
            EFFECTS[kind].write(tracks, path)
        else:
            with Target(path) as target:
                counted = FORMATS[kind].write(tracks, target)
                runs = masks_of(subjects, options).order_by().values_list("run_id", flat=True).distinct()
                weights = weights_facts(run for run in runs if run is not None)
                target.add_json(
                    "manifest.json", manifest_of(tracks, FORMATS[kind], source_facts(video), weights, counted)
                )
    return revision, progress.total
