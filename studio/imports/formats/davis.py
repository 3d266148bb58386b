"""DAVIS and YouTube-VOS: palette PNGs, one a frame, whose pixel values are the objects; 255 counts for nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

import numpy as np

from studio.imports.errors import BadImport
from studio.imports.files import Files
from studio.imports.formats.pictures import NARROW, folder_of_masks, masks_in, values_of
from studio.imports.frames import frames_of_names
from studio.imports.own import Manifest
from studio.imports.scene import Scene

kind = "davis"
title = "DAVIS or YouTube-VOS"

VOID = 255
_WHAT = "palette PNGs"


def recognises(files: Files) -> bool:
    """PNGs of 8 bits whose pixels are numbers."""
    return folder_of_masks(files, NARROW) is not None


def read(files: Files, scene: Scene, manifest: Manifest) -> None:
    """Every pixel value becomes an object. Where 255 is the only one, as in DAVIS 2016, it is the object."""
    names = masks_in(files, NARROW, _WHAT)
    frames = frames_of_names(scene, manifest, names, by_place=manifest.format == "davis", base=0)
    kinds = _kinds(files, PurePosixPath(names[0]).parent.name)
    void_frames = 0
    for name, frame in zip(names, frames, strict=True):
        values = values_of(files, name, scene, NARROW)
        for value in np.unique(values).tolist():
            if value == 0:
                continue
            void_frames += value == VOID
            number = manifest.number_of("labels", value) or value
            category, about = manifest.about(number, kinds.get(str(value), "object"))
            scene.add(scene.object_of(value, category, name, **about), frame, values == value, name)
    if void_frames and len(scene.objects) > 1:
        scene.drop(scene.object_of(VOID, "object", names[0]))
        scene.notes.append(f"Pixels of value 255, in {void_frames} frames, count for nothing and are left out.")
    elif void_frames:
        scene.objects[0].number = 1


def _kinds(files: Files, sequence: str) -> Mapping[str, str]:
    """What YouTube-VOS's meta.json calls the objects of the sequence."""
    for name in files.ending_in("meta.json"):
        document = files.json(name)
        videos = document.get("videos") if isinstance(document, dict) else None
        video = videos.get(sequence) if isinstance(videos, dict) else None
        objects = video.get("objects") if isinstance(video, dict) else None
        if not isinstance(objects, dict):
            raise BadImport(name, f"it does not speak of {sequence}")
        return {
            str(key): str(about.get("category", "object")) for key, about in objects.items() if isinstance(about, dict)
        }
    return {}
