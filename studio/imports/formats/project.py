"""The studio's own project file: every field as it was. docs/project-file.md."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from studio.imports.errors import BadImport
from studio.imports.files import MANIFEST, Files, parse_json
from studio.imports.own import Manifest, is_color, short, whole
from studio.imports.scene import MOST_LETTERS, Box, Clip, Found, Scene, clean
from studio.media import rle

kind = "project"
title = "Project file"

FORMAT, VERSION = "siammask-studio-project", 1
STATES = ("prompt", "tracked", "lost", "doubtful", "edited", "imported", "absent")
DIRECTIONS = ("forward", "backward", "both")
WITHOUT_PIXELS = ("lost", "absent")


def recognises(files: Files) -> bool:
    """A manifest that says so."""
    return files.manifest.get("format") == FORMAT


def read(files: Files, scene: Scene, manifest: Manifest) -> None:
    """Objects, boxes and masks with all that was known of them. The manifest of other formats says nothing here."""
    said = files.manifest
    if said.get("format") != FORMAT:
        raise BadImport(files.name, "it has no manifest.json of a project file")
    if said.get("version") != VERSION:
        raise BadImport(MANIFEST, f"it is of version {short(said.get('version'))}, and this studio reads {VERSION}")
    clip = _entry(said.get("clip"), "clip")
    there = Clip(*(whole(clip.get(name), MANIFEST, f"the clip's {name}") for name in Clip.__slots__))
    if there != scene.clip:
        own = scene.clip
        raise BadImport(
            MANIFEST,
            f"the file is of a clip of {there.width} x {there.height} px and {there.frame_count} frames, and this one "
            f"has {own.width} x {own.height} px and {own.frame_count}",
        )
    source = said.get("source")
    scene.source = source if isinstance(source, dict) else {}
    scene.runs = [_run(one, place, scene) for place, one in enumerate(_list(said.get("runs", []), "runs"))]
    for one in _list(said.get("objects"), "objects"):
        about = _entry(one, "an object")
        number = whole(about.get("number"), MANIFEST, "an object's number")
        name, color = about.get("name"), about.get("color")
        if number < 1 or not isinstance(name, str) or not clean(name) or len(name) > MOST_LETTERS:
            raise BadImport(f"{MANIFEST}: object {number}", f"its name is {short(name)}, or its number no object's")
        if not isinstance(color, str) or not is_color(color):
            raise BadImport(f"{MANIFEST}: object {number}", f"its colour is {short(color)}, not #rrggbb")
        visible = about.get("visible") is not False
        place = scene.object_of(
            number, clean(name), MANIFEST, number=number, name=clean(name), color=color, visible=visible, bare=True
        )
        file = f"masks/{number}.jsonl"
        if file in files.names:
            _read_masks(files, file, scene, place)
    for entry in _list(said.get("prompts"), "prompts"):
        _read_prompt(_entry(entry, "a prompt"), scene)


def _read_masks(files: Files, name: str, scene: Scene, place: int) -> None:
    runs = len(scene.runs)
    for number, line in files.lines(name):
        where = f"{name}: line {number}"
        row = parse_json(where, line)
        if not isinstance(row, dict):
            raise BadImport(where, f"{short(line)} is not a mask")
        frame = scene.frame(whole(row.get("frame"), where, "its frame"), where)
        state, counts, run = row.get("state"), row.get("counts"), row.get("run")
        if state not in STATES:
            raise BadImport(where, f"its state is {short(state)}, not one of {', '.join(STATES)}")
        if not isinstance(counts, str) or not counts.isascii():
            raise BadImport(where, "its counts are not the compressed run lengths of a mask")
        if run is not None and not 0 <= whole(run, where, "its run") < runs:
            raise BadImport(where, f"its run {run} is not among the {runs} of {MANIFEST}")
        score = _numbers([row.get("score")], 1, where, "its score")[0]
        if not 0 <= score <= 1:
            raise BadImport(where, f"its score is {score}, not within 0 and 1")
        empty = state in WITHOUT_PIXELS and counts == ""
        bits = None if empty else scene.counts(counts.encode(), where)
        area = 0 if bits is None else int(np.count_nonzero(bits))
        kept = b"" if bits is None else rle.encode(bits.view(np.uint8))
        box = row.get("box")
        corners = () if box == [] else tuple(_numbers(box, 8, where, "its box"))
        scene.keep(Found(place, frame, kept, area, score, corners, str(state), run), where)
        scene.tick()


def _run(said: object, place: int, scene: Scene) -> Mapping[str, object] | None:
    """What is known of a run; None where the file knows only that there was one."""
    where = f"{MANIFEST}: run {place}"
    about = _entry(said, "a run")
    if "weights" not in about:
        return None
    weights, profile, direction = (about.get(name) for name in ("weights", "profile", "direction"))
    if not isinstance(weights, str) or not isinstance(profile, str) or len(weights) > 80 or len(profile) > 20:
        raise BadImport(where, f"its weights are {short(weights)} with the profile {short(profile)}, not two names")
    if direction not in DIRECTIONS:
        raise BadImport(where, f"its direction is {short(direction)}, not one of {', '.join(DIRECTIONS)}")
    return {
        "weights": clean(weights),
        "profile": clean(profile),
        "direction": direction,
        "first_frame": scene.frame(whole(about.get("first_frame"), where, "its first frame"), where),
        "last_frame": scene.frame(whole(about.get("last_frame"), where, "its last frame"), where),
        "objects": [whole(number, where, "an object") for number in _list(about.get("objects"), "a run's objects")],
        "created": str(about.get("created", ""))[:40],
    }


def _read_prompt(entry: Mapping[str, object], scene: Scene) -> None:
    number = whole(entry.get("object"), MANIFEST, "a prompt's object")
    where = f"{MANIFEST}: prompt of object {number}"
    place = next((place for place, one in enumerate(scene.objects) if one.number == number), None)
    if place is None:
        raise BadImport(where, "there is no such object in the file")
    frame = scene.frame(whole(entry.get("frame"), where, "its frame"), where)
    x, y, width, height = _numbers(entry.get("box"), 4, f"{where}, frame {frame}", "its box")
    box: Box = (x, y, width, height)
    if x < 0 or y < 0 or x + width > scene.clip.width or y + height > scene.clip.height or min(width, height) < 4:
        raise BadImport(f"{where}, frame {frame}", "its box is under 4 px or reaches outside the picture")
    scene.prompts[place, frame] = box


def _numbers(said: object, many: int, where: str, what: str) -> list[float]:
    if isinstance(said, list) and len(said) == many:
        values = [float(value) for value in said if isinstance(value, int | float) and not isinstance(value, bool)]
        if len(values) == many and all(math.isfinite(value) and abs(value) < 1e9 for value in values):
            return values
    raise BadImport(where, f"{what} is {short(said)}, not {'a number' if many == 1 else f'{many} numbers'}")


def _list(said: object, what: str) -> list[object]:
    if not isinstance(said, list):
        raise BadImport(MANIFEST, f"{what} is {short(said)}, not a list")
    return said


def _entry(said: object, what: str) -> Mapping[str, object]:
    if not isinstance(said, dict):
        raise BadImport(MANIFEST, f"{what} is {short(said)}, not an object")
    return said
