"""Whether imports have the files their rows speak of."""

from __future__ import annotations

from collections.abc import Iterator

from studio.imports.models import Import
from studio.imports.service import FILE, SCENE, folder_of
from studio.library.files import imports_folder
from studio.library.models import Upload
from studio.library.verify import unknown


def differences() -> Iterator[str]:
    """Imports that lack their file, or what was read of it, and what lies there without a row."""
    for of in Import.objects.order_by("created"):
        for name in (FILE, *(() if of.found is None else (SCENE,))):
            if not (folder_of(of) / name).exists():
                yield f"import {of.id} lacks {name}"
    known = {str(known) for rows in (Import, Upload) for known in rows.objects.values_list("id", flat=True)}
    yield from unknown(imports_folder(), known)
