"""MOTS: a line of text for each mask, or 16-bit PNGs; an id is class * 1000 + instance, 10000 counts for nothing."""

from __future__ import annotations

from pathlib import PurePosixPath

import numpy as np

from studio.imports.errors import BadImport
from studio.imports.files import Files
from studio.imports.formats.pictures import WIDE, folder_of_masks, masks_in, values_of
from studio.imports.frames import frames_of_names, place_frame
from studio.imports.own import Manifest, short
from studio.imports.scene import Scene

kind = "mots"
title = "MOTS"

INSTANCES = 1000  # of a class
IGNORED = 10000
CLASSES = {1: "car", 2: "pedestrian"}
_FIELDS = 6


def recognises(files: Files) -> bool:
    """Text whose first line has six fields with run lengths last, or 16-bit PNGs."""
    return _text(files) is not None or folder_of_masks(files, WIDE) is not None


def read(files: Files, scene: Scene, manifest: Manifest) -> None:
    """Text where there is any, as it is exact; PNGs otherwise. Frames count from 1, from 0 where one is called 0."""
    text = _text(files)
    if text is not None:
        _read_text(files, text, scene, manifest)
    else:
        _read_pictures(files, scene, manifest)


def _read_text(files: Files, name: str, scene: Scene, manifest: Manifest) -> None:
    rows: list[tuple[str, list[int], bytes]] = []
    for number, line in files.lines(name):
        where = f"{name}: line {number}"
        fields = line.split(" ")
        if len(fields) != _FIELDS or not all(field.isascii() and field.isdigit() for field in fields[:5]):
            raise BadImport(where, f"{short(line)} is not frame, id, class, height, width and run lengths")
        if any(len(field) > 9 for field in fields[:5]):
            raise BadImport(where, f"{short(line)} has a number too long to be one of MOTS")
        rows.append((where, [int(field) for field in fields[:5]], fields[5].encode()))
    base = 0 if any(numbers[0] == 0 for _, numbers, _ in rows) else 1
    for where, (number, identity, _, height, width), counts in rows:
        if identity == IGNORED:
            continue
        scene.size(width, height, where)
        frame = place_frame(scene, manifest, number - base, where)
        scene.add(_object(scene, manifest, identity, where), frame, scene.counts(counts, where), where)
    _tell_of_ignored(scene, sum(numbers[1] == IGNORED for _, numbers, _ in rows))


def _read_pictures(files: Files, scene: Scene, manifest: Manifest) -> None:
    names = masks_in(files, WIDE, "16-bit PNGs")
    frames = frames_of_names(scene, manifest, names, by_place=True, base=1)
    ignored = 0
    for name, frame in zip(names, frames, strict=True):
        values = values_of(files, name, scene, WIDE)
        for identity in np.unique(values).tolist():
            if identity == IGNORED:
                ignored += 1
            elif identity:
                scene.add(_object(scene, manifest, identity, name), frame, values == identity, name)
    _tell_of_ignored(scene, ignored)


def _object(scene: Scene, manifest: Manifest, identity: int, where: str) -> int:
    number = manifest.number_of("ids", identity)
    category, about = manifest.about(number, CLASSES.get(identity // INSTANCES, "object"))
    if number is None:
        about = {"name": f"{category} {identity % INSTANCES}"}
    return scene.object_of(identity, category, where, **about)


def _tell_of_ignored(scene: Scene, many: int) -> None:
    if many:
        scene.notes.append(f"{many} masks of id {IGNORED} count for nothing in MOTS and are left out.")


def _text(files: Files) -> str | None:
    for name in files.ending_in(".txt"):
        if PurePosixPath(name).name in ("labels.txt", "list.txt"):
            continue
        first = next((line for _, line in files.lines(name)), "")
        fields = first.split(" ")
        if len(fields) >= _FIELDS and all(field.isdigit() for field in fields[:5]) and "," not in first:
            return name
    return None
