"""Which frame of the clip a number, a name or a place in a file means.

In a file of ours, manifest.json says it. In one of another program: the last number in a picture's name, counted from
0; from 1 where there is no 0 and the last number is the clip's frame count. Names without numbers count by their order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from studio.imports.errors import BadImport
from studio.imports.own import Manifest
from studio.imports.scene import Scene


def number_in(name: str) -> int | None:
    """The last number in a file's name without its folder and ending: "clip/frame_000012.png" is 12."""
    found = re.findall(r"\d+", PurePosixPath(name).stem)
    return int(found[-1]) if found and len(found[-1]) <= 9 else None


def frames_of_names(scene: Scene, manifest: Manifest, names: Sequence[str], *, by_place: bool, base: int) -> list[int]:
    """The frame of each picture's name. `by_place`: in our files the number counts the chosen frames from `base` on."""
    numbers = [number_in(name) for name in names]
    known = [number for number in numbers if number is not None]
    if len(known) < len(names):
        return [scene.frame(place, name) for place, name in enumerate(names)]
    if not manifest:
        base = base_of(known, scene.clip.frame_count)
    return [
        place_frame(scene, manifest, number - base, name) if by_place else scene.frame(number - base, name)
        for number, name in zip(known, names, strict=True)
    ]


def place_frame(scene: Scene, manifest: Manifest, place: int, where: str) -> int:
    """The frame at a place of a file that counts what it holds, from 0 on."""
    if not manifest.frames:
        return scene.frame(place, where)
    if not 0 <= place < len(manifest.frames):
        raise BadImport(where, f"its number is beyond the {len(manifest.frames)} frames that manifest.json lists")
    return manifest.frames[place]


def base_of(numbers: Iterable[int], frame_count: int) -> int:
    """Whether another program's frames begin at 0 or at 1."""
    known = set(numbers)
    return 1 if known and 0 not in known and max(known) == frame_count else 0


def frame_attribute(image: Mapping[str, object]) -> int | None:
    """A COCO image's own word for its frame, where it has one."""
    for name in ("frame_id", "frame_index", "frame"):
        value = image.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
    return None
