"""The work of an import's job: read the file in the confined child, or write what it found."""

from __future__ import annotations

import hashlib
from pathlib import Path

from studio.imports.models import Import
from studio.imports.reading import ReadScene, read_file
from studio.imports.runs import ids_of
from studio.imports.scene import Clip
from studio.imports.service import FILE, SCENE, folder_of
from studio.imports.write import prepare_masks, write_scene
from studio.jobs.errors import JobFault
from studio.jobs.lease import Lease
from studio.library.errors import NotFound
from studio.library.files import SOURCE, key_of, source_of
from studio.library.models import Video
from studio.library.store import store
from studio.media.errors import MediaError, NoSuchFile
from studio.scenes.errors import SceneFault
from studio.scenes.prepared import drop_prepared

MOST_SUMMED_BYTES = 2 * 1024**3  # of a film; as exports do


def do(lease: Lease) -> None:
    """Do the job's step. Raises JobFault with what is wrong with the file."""
    of = Import.objects.select_related("video", "person").get(job=lease.job)
    try:
        if of.step == Import.Step.READ:
            _read(lease, of)
        else:
            _write(lease, of)
    except MediaError as fault:
        raise JobFault(fault.code, str(fault)) from fault
    except SceneFault as fault:
        raise JobFault(fault.code, fault.message) from fault
    except FileNotFoundError as fault:
        raise JobFault("no-such-file", "The file of this import is no longer there; send it again.") from fault


def _read(lease: Lease, of: Import) -> None:
    folder = folder_of(of)
    (folder / FILE).stat()
    beside = folder / f".{SCENE}.{lease.token}"
    try:
        said = read_file(
            folder / FILE, of.name, _clip(of.video), of.kind, beside,
            hear=lambda many: lease.report(many, 0), tick=lease.look,
        )  # fmt: skip
        kind, source = str(said.pop("kind")), said.pop("source", None)
        notes = said["notes"]
        assert isinstance(notes, list), "our own child's words"
        if isinstance(source, dict) and (note := _other_film(of.video, source)):
            notes.append(note)
        many = said["masks"]
        assert isinstance(many, int), "our own child's words"
        with lease.commit(many, many):
            beside.replace(folder / SCENE)
            Import.objects.filter(pk=of.pk).update(kind=kind, found=said)
    finally:
        beside.unlink(missing_ok=True)


def _write(lease: Lease, of: Import) -> None:
    """All or nothing, and never twice: a worker that died after its commit left word of it in the same transaction.

    Until then all there is are masks that were prepared under its lease, which nobody sees and the sweep takes away.
    """
    if of.written:
        return
    scene = ReadScene(folder_of(of) / SCENE, _clip(of.video))
    total = lease.job.total
    replace, runs = of.mode == Import.Mode.REPLACE, ids_of(scene.runs)
    try:
        prepare_masks(scene, lease.token, runs, lambda many: lease.report(many, total))
        with lease.commit(total, total):
            write_scene(
                of.video, scene, lease.token, runs, replace=replace, name=of.name, person=of.person, tick=lease.look
            )
            Import.objects.filter(pk=of.pk).update(written=True)
    finally:
        drop_prepared(lease.token)


def _clip(video: Video) -> Clip:
    return Clip(video.width, video.height, video.frame_count)


def _other_film(video: Video, source: dict[str, object]) -> str:
    """A sentence where a project file is of another film than this clip's; empty where it is not, or nobody knows."""
    told = source.get("sha256")
    if not isinstance(told, str):
        return ""
    try:
        size = store().look(key_of(video, SOURCE)).size
        same = size > MOST_SUMMED_BYTES or _sum(source_of(video)) == told
    except (NotFound, NoSuchFile):
        return ""
    return "" if same else "The file was made of another film of the same size and length."


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
