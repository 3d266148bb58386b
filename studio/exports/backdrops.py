"""Pictures that people send to stand behind objects: backdrops/<id>.png, made anew of what was sent."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from django.contrib.auth.models import User

from studio.exports.models import Backdrop
from studio.library import disk
from studio.library.files import staging_folder
from studio.media.backdrop import clean
from studio.media.errors import MediaError
from studio.scenes.errors import SceneFault

MOST_BYTES = 20 * 1024**2  # of a picture as it is sent
MOST = 50  # pictures of one person


def folder() -> Path:
    """The folder of all of them."""
    return staging_folder() / "backdrops"


def path_of(backdrop_id: str) -> Path:
    """Where a picture is, which may not be there any more."""
    return folder() / f"{backdrop_id}.png"


def keep(owner: User, pieces: Iterable[bytes]) -> Backdrop:
    """Take a picture in. Raises SceneFault for what is too large, too many or no picture."""
    if Backdrop.objects.filter(owner=owner).count() >= MOST:
        raise SceneFault("too-many-pictures", f"You have {MOST} pictures already; remove one first.")
    disk.make_folder(folder())
    backdrop_id = uuid4()
    with TemporaryDirectory(dir=folder(), prefix=".making-") as making:
        sent, made = Path(making) / "sent", Path(making) / "made.png"
        size = 0
        with sent.open("wb") as file:
            for piece in pieces:
                size += len(piece)
                if size > MOST_BYTES:
                    raise SceneFault("too-large", f"A picture may have {MOST_BYTES // 1024**2} MiB; this one has more.")
                file.write(piece)
        try:
            width, height = clean(sent, made)
        except MediaError as fault:
            words = str(fault)
            raise SceneFault(fault.code, words if words.endswith(".") else f"{words}.") from fault
        disk.sync_file(made)
        disk.put_in_place(made, path_of(str(backdrop_id)))
    disk.sync_folder(folder())
    return Backdrop.objects.create(id=backdrop_id, owner=owner, width=width, height=height)


def forget(backdrop: Backdrop) -> None:
    """Remove a picture; an export that waits for it fails with a sentence."""
    path = path_of(str(backdrop.id))
    backdrop.delete()
    path.unlink(missing_ok=True)
