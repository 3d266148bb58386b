"""A backup: the database as its own tool dumps it, then every finished file that its rows name.

The database comes first. What is finished in between has a file too many, never a row without one; and a file that its
rows name never changes under its key in a store with editions. PostgreSQL is dumped by pg_dump, in one snapshot; SQLite
by its own online backup.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, ProgrammingError, connection

from studio.exports.backdrops import path_of
from studio.exports.models import Backdrop, Export
from studio.jobs.models import Job
from studio.library.errors import LibraryFault
from studio.library.files import FILMSTRIP, PICTURES, POSTER, PROXY, SOURCE, TABLE, TIMES, export_key, incoming, key_of
from studio.library.models import Video
from studio.library.store import store
from studio.media.errors import MediaError
from studio.runs.kept import key as key_of_weights
from studio.runs.kept import needed

POSTGRESQL = "database.dump"  # pg_dump's own format
SQLITE = "database.sqlite3"
FILES = "files"
BACKDROPS = "backdrops/"


class BackupFault(Exception):
    """A backup that cannot be written or read; one sentence for the operator."""


def back_up(folder: Path, *, database: bool = True) -> Iterator[str]:
    """Write a backup into a folder, which may hold an earlier one; yields what was done. Raises BackupFault.

    Without `database` the files only: the operator's own tool has dumped the database before.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if database:
        name = SQLITE if _is_sqlite() else POSTGRESQL
        _dump(folder / f"{name}.part")
        (folder / f"{name}.part").replace(folder / name)
        yield f"The database is in {folder / name}."
    copied = known = 0
    for key in _keys():
        known += 1
        target = folder / FILES / key
        if not target.exists():
            copied += _copy(key, target)
    yield f"{copied} of {known} files were copied into {folder / FILES}; the others were there."


def bring_back(folder: Path, *, database: bool = True) -> Iterator[str]:
    """Read a backup into an empty studio; yields what was done. Raises BackupFault.

    Without `database` the files only, of the rows that the operator's own tool has brought back before.
    """
    if database:
        name = SQLITE if _is_sqlite() else POSTGRESQL
        if not (folder / name).is_file():
            raise BackupFault(f"There is no {name} in {folder}: a backup is of one kind of database.")
        if _has_clips():
            raise BackupFault("This studio has clips already; a backup is brought back into an empty one.")
        _load(folder / name)
        yield f"The database is that of {folder / name}."
    call_command("migrate", verbosity=0, interactive=False)
    files, brought = store(), 0
    for key in _keys():
        kept = folder / FILES / key
        if kept.exists():
            if (picture := backdrop_of(key)) is not None:
                picture.parent.mkdir(parents=True, exist_ok=True)
                _copied(kept, picture)
            elif files.editions:
                files.send(kept, key)
            else:  # a store that renames gets a copy of its own
                target = Path(settings.STUDIO_DATA) / key
                target.parent.mkdir(parents=True, exist_ok=True)
                _copied(kept, target)
            brought += 1
    yield f"{brought} files were brought back. `manage.py verify_storage` says whether all is there."


def _keys() -> Iterator[str]:
    """Every file that a row names, as the store calls it."""
    for video in Video.objects.order_by("created").iterator():
        yield key_of(video, SOURCE)
        if video.state == Video.State.READY:
            own = PICTURES if video.form == Video.Form.IMAGES else TABLE
            yield from (key_of(video, name) for name in (own, TIMES, PROXY, POSTER, FILMSTRIP))
    for export in Export.objects.filter(job__state=Job.State.DONE).iterator():
        yield export_key(export.id, export.file_name, export.sha256)
    yield from map(key_of_weights, sorted(needed()))
    for backdrop in Backdrop.objects.values_list("id", flat=True):
        yield f"{BACKDROPS}{path_of(str(backdrop)).name}"


def _copy(key: str, target: Path) -> int:
    """Copy a file of the store, or of those that still come in; 0 where it is gone or not there yet."""
    try:
        source = store().local(key)
    except (LibraryFault, MediaError):
        waiting = incoming_of(key)
        if waiting is None or not waiting.exists():
            return 0
        source = waiting
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f"{target.name}.part")
    _copied(source, beside)
    beside.rename(target)
    return 1


def incoming_of(key: str) -> Path | None:
    """Where a file lies beside the store: the source of a clip that is not taken in, a person's picture; else None."""
    folder, _, name = key.rpartition("/")
    if name == SOURCE:
        return incoming(folder.removeprefix("videos/"))  # type: ignore[arg-type]
    return backdrop_of(key)


def backdrop_of(key: str) -> Path | None:
    """Where a person's picture is, which no store keeps; None for other files."""
    return path_of(Path(key).stem) if key.startswith(BACKDROPS) else None


def _copied(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copyfile(source, target)


def _is_sqlite() -> bool:
    return connection.vendor == "sqlite"


def _has_clips() -> bool:
    try:
        return Video.objects.exists()
    except (OperationalError, ProgrammingError):
        return False  # no tables yet
    finally:
        connection.close()


def _dump(target: Path) -> None:
    if _is_sqlite():
        connection.ensure_connection()
        with closing(sqlite3.connect(target)) as copy:
            connection.connection.backup(copy)
        return
    _run("pg_dump", "--format=custom", "--no-owner", f"--file={target}")


def _load(source: Path) -> None:
    if _is_sqlite():
        connection.ensure_connection()
        with closing(sqlite3.connect(source)) as kept:
            kept.backup(connection.connection)
        connection.close()
        return
    _run("pg_restore", "--clean", "--if-exists", "--no-owner", "--exit-on-error", "--single-transaction", str(source))


def _run(program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's tools on our database; the password goes by the environment."""
    known: dict[str, Any] = connection.settings_dict
    named = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    environment = {**os.environ, **{ours: str(known[theirs]) for ours, theirs in named.items() if known[theirs]}}
    for option in ("sslmode", "sslrootcert"):  # as DATABASE_URL says them
        if option in known.get("OPTIONS", {}):
            environment[f"PG{option.upper()}"] = str(known["OPTIONS"][option])
    name = f"--dbname={known['NAME']}"
    try:
        done = subprocess.run(  # noqa: S603  our own arguments
            [program, name, *arguments], env=environment, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as fault:
        raise BackupFault(f"{program} is not installed here; it comes with PostgreSQL's client programs.") from fault
    if done.returncode != 0:
        raise BackupFault(f"{program} failed: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else '?'}")
