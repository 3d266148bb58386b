"""VOT text: a file for each object, a line for each frame: a rectangle, a polygon, a mask, or a number for none."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import numpy as np

from studio.imports.errors import BadImport
from studio.imports.files import Files
from studio.imports.formats.cvat_shapes import numbers
from studio.imports.frames import place_frame
from studio.imports.own import Manifest, short
from studio.imports.scene import Scene, box_around
from studio.imports.shapes import BadShape, Bits, bits_of_runs, fill

kind = "vot"
title = "VOT"

NONE_HERE = ("0", "1", "2")  # skipped or unknown, initialisation without a region, failure
_FIELD = re.compile(r"m\d+|[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?|nan", re.IGNORECASE)


def recognises(files: Files) -> bool:
    """Text whose first line is one of VOT's."""
    return bool(_texts(files))


def read(files: Files, scene: Scene, manifest: Manifest) -> None:
    """Every file becomes an object; where it begins with a box, that is a key frame too."""
    names = _texts(files)
    if not names:
        raise BadImport(files.name, "there is no VOT text in it: a line of numbers for each frame")
    for name in names:
        path = PurePosixPath(name)
        sequence = path.parent.name or path.stem
        number = manifest.sequences.get(sequence)
        category, about = manifest.about(number, sequence if path.name == "groundtruth.txt" else path.stem)
        place = scene.object_of(name, category, name, **about)
        begun = False
        for line_number, line in files.lines(name):
            where = f"{name}: line {line_number}"
            if line in NONE_HERE or set(line.lower().replace(" ", "").split(",")) == {"nan"}:
                place_frame(scene, manifest, line_number - 1, where)
                continue
            frame = place_frame(scene, manifest, line_number - 1, where)
            if line.startswith("m"):
                scene.add(place, frame, _mask(line, scene, where), where)
            else:
                ring = _ring(line, where)
                scene.add(place, frame, fill([ring], scene.clip.height, scene.clip.width), where)
                if not begun:
                    scene.add_prompt(place, frame, box_around(ring))
            begun = True


def _ring(line: str, where: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """x, y, width, height, or the points of a polygon."""
    values = numbers(line.split(","), where, "its region")
    if len(values) == 4:
        x, y, width, height = values
        return np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]])
    if len(values) < 6 or len(values) % 2:
        raise BadImport(where, f"{short(line)} is neither a rectangle nor the points of a polygon")
    return np.array(values).reshape(-1, 2)


def _mask(line: str, scene: Scene, where: str) -> Bits:
    """m<x>,<y>,<width>,<height>, then run lengths along the rows, zeros first; trailing zeros may be left out."""
    fields = [field.strip() for field in line[1:].split(",")]
    if len(fields) < 5 or not all(field.isascii() and field.isdigit() and len(field) <= 9 for field in fields):
        raise BadImport(where, f"{short(line)} is not a mask: m, x, y, width, height and run lengths")
    x, y, width, height, *runs = map(int, fields)
    if x + width > scene.clip.width or y + height > scene.clip.height:
        there = f"{scene.clip.width} x {scene.clip.height}"
        raise BadImport(where, f"its mask of {width} x {height} px at {x},{y} is outside a picture of {there}")
    rest = width * height - sum(runs)
    if rest > 0:  # zeros: after runs of zeros and ones in pairs, or more of the last zeros
        runs = [*runs, rest] if len(runs) % 2 == 0 else [*runs[:-1], runs[-1] + rest]
    try:
        crop = bits_of_runs(runs, height, width, by_columns=False)
    except BadShape as fault:
        raise BadImport(where, str(fault)) from fault
    bits = np.zeros((scene.clip.height, scene.clip.width), np.bool_)
    bits[y : y + height, x : x + width] = crop
    return bits


def _texts(files: Files) -> list[str]:
    found = []
    for name in files.ending_in(".txt"):
        first = next((line for _, line in files.lines(name)), "")
        if PurePosixPath(name).name != "list.txt" and _is_vot(first):
            found.append(name)
    return found


def _is_vot(line: str) -> bool:
    """Whether this is a line of VOT, and not one of MOTChallenge, whose ten numbers would make a polygon too."""
    fields = [field.strip() for field in line.split(",")]
    if not all(_FIELD.fullmatch(field) for field in fields):
        return False
    if len(fields) == 1:
        return line in NONE_HERE
    mot = fields[-3:] == ["-1", "-1", "-1"] and fields[0].isdigit()
    return line.startswith("m") or len(fields) == 4 or (len(fields) >= 6 and len(fields) % 2 == 0 and not mot)
