"""Whether finished exports have the files their rows speak of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from studio.exports.backdrops import path_of
from studio.exports.models import Backdrop, Export
from studio.exports.service import making_folder
from studio.jobs.models import Job
from studio.library.errors import NotFound
from studio.library.files import export_key
from studio.library.store import store
from studio.library.verify import unknown


def differences(*, sums: bool = False) -> Iterator[str]:
    """Exports that lack their file or have another one, and files without a row; `sums` reads every file whole."""
    for export in Export.objects.filter(job__state=Job.State.DONE).order_by("created"):
        key = export_key(export.id, export.file_name, export.sha256)
        try:
            size = store().look(key).size
        except NotFound:
            yield f"export {export.id} lacks {export.file_name}"
            continue
        if size != export.byte_size:
            yield f"export {export.id} has {size} bytes where its row says {export.byte_size}"
        elif sums and _sum(store().local(key)) != export.sha256:
            yield f"export {export.id} is not the file that was made: its sum differs"
    for backdrop in Backdrop.objects.values_list("id", flat=True):
        if not path_of(str(backdrop)).exists():
            yield f"picture {backdrop} lacks its file"
    known = {str(export) for export in Export.objects.values_list("id", flat=True)}
    yield from unknown(making_folder(), known)


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
