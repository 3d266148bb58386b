"""YOLO: a text file for each frame, a line for each polygon or box, in shares of the picture.

Files of ours have a table beside them, tracks.csv, of which object a line is; those of others know kinds only.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.imports.errors import BadImport
from studio.imports.files import Files
from studio.imports.frames import frames_of_names
from studio.imports.identity import by_label
from studio.imports.own import Manifest, short
from studio.imports.scene import Scene, box_around, score_of
from studio.imports.shapes import Bits, fill

kind = "yolo"
title = "YOLO"

BOX_NUMBERS = 4  # of a line: middle and size; more are the corners of a polygon
SPARE = 0.01  # how far beyond the picture a share may be
_LINE = re.compile(r"\d+(\s+[-+.\deE]+){4,}")
_TABLE = "tracks.csv"
_NO_LABELS = ("classes.txt", "train.txt", "val.txt", "test.txt", "readme.txt")


@dataclass(frozen=True, slots=True)
class _Line:
    """One polygon or box, and where it stands."""

    where: str
    stem: str  # of its file
    line: int  # from 1
    frame: int
    category: int
    numbers: NDArray[np.float64]  # shares of the picture's sides


def recognises(files: Files) -> bool:
    """Text of a whole number and at least four shares a line."""
    return bool(_folders(files))


def read(files: Files, scene: Scene, manifest: Manifest) -> None:
    """Every object of the table becomes one; without a table every kind does. A box is a key frame where it begins."""
    folders = _folders(files)
    if not folders:
        raise BadImport(files.name, "there are no labels of YOLO in it: lines of a class and shares of the picture")
    names = [name for name in _texts(files) if str(PurePosixPath(name).parent) in folders]
    frames = frames_of_names(scene, manifest, names, by_place=False, base=0)
    lines = [line for name, frame in zip(names, frames, strict=True) for line in _lines(files, name, frame)]
    kinds, table = _kinds(files), _table(files) if manifest else {}
    if not table:
        found = [(line.where, line.frame, str(line.category)) for line in lines]
        keys = by_label(found, "number of its object", "lines")
    begun: dict[int, _Line] = {}
    for place, line in enumerate(lines):
        category = kinds.get(line.category, f"class {line.category}")
        if not table:
            there, score = scene.object_of(keys[place], category, line.where), 1.0
        elif (line.stem, line.line) in table:
            number, score = table[line.stem, line.line]
            category, about = manifest.about(number, category)
            there = scene.object_of(number, category, line.where, **about)
        else:
            raise BadImport(line.where, f"{_TABLE} does not say which object it is")
        scene.add(there, line.frame, _bits(line, scene, drawn=bool(manifest)), line.where, score)
        if there not in begun or line.frame < begun[there].frame:
            begun[there] = line
    for there, line in begun.items():
        if line.numbers.size == BOX_NUMBERS:
            scene.add_prompt(there, line.frame, box_around(_ring(line, scene)))


def _texts(files: Files) -> list[str]:
    return [name for name in files.ending_in(".txt") if PurePosixPath(name).name.lower() not in _NO_LABELS]


def _folders(files: Files) -> set[str]:
    """The folders in which there are labels; an empty file is a frame without any."""
    found: set[str] = set()
    for name in _texts(files):
        folder = str(PurePosixPath(name).parent)
        if folder not in found:
            first = next(files.lines(name), None)
            if first is not None and _is_label(first[1]):
                found.add(folder)
            elif first is not None:
                return set()
    return found


def _is_label(line: str) -> bool:
    if not _LINE.fullmatch(line):
        return False
    try:
        return all(-SPARE <= float(word) <= 1 + SPARE for word in line.split()[1:])
    except ValueError:
        return False


def _lines(files: Files, name: str, frame: int) -> Iterator[_Line]:
    for number, text in files.lines(name):
        where = f"{name}: line {number}"
        if not _is_label(text):
            raise BadImport(where, f"{short(text)} is not a class and shares of the picture, from 0 to 1")
        category, *words = text.split()
        if len(words) > BOX_NUMBERS and (len(words) % 2 or len(words) < 6):
            raise BadImport(where, f"it has {len(words)} numbers, not the x, y of at least 3 points")
        shares = np.array([float(word) for word in words])
        yield _Line(where, PurePosixPath(name).stem, number, frame, int(category[:9]), shares)


def _ring(line: _Line, scene: Scene) -> NDArray[np.float64]:
    """[n, 2] x, y in pixels."""
    if line.numbers.size > BOX_NUMBERS:
        shares = line.numbers.reshape(-1, 2)
    else:
        x, y, width, height = line.numbers / (1, 1, 2, 2)
        shares = np.array(
            [[x - width, y - height], [x + width, y - height], [x + width, y + height], [x - width, y + height]]
        )
    return shares * (scene.clip.width, scene.clip.height)


def _bits(line: _Line, scene: Scene, *, drawn: bool) -> Bits:
    """Filled by area; `drawn`: through the middles of pixels, as our export writes it and YOLO's readers draw it."""
    ring = _ring(line, scene)
    if not drawn or line.numbers.size == BOX_NUMBERS:
        return fill([ring], scene.clip.height, scene.clip.width)
    picture = np.zeros((scene.clip.height, scene.clip.width), np.uint8)
    cv2.fillPoly(picture, [ring.astype(np.int32)], (1,))
    return picture.view(np.bool_)


def _kinds(files: Files) -> Mapping[int, str]:
    """What data.yaml, or classes.txt, calls the classes. Of YAML a mapping or a list of names is understood."""
    for name in files.ending_in("classes.txt"):
        return {number: text for number, (_, text) in enumerate(files.lines(name))}
    for name in files.ending_in(".yaml", ".yml"):
        lines = files.text(name).splitlines()
        at = next((place for place, line in enumerate(lines) if line.startswith("names:")), None)
        if at is not None:
            return _names_of(lines[at].removeprefix("names:").strip(), lines[at + 1 :])
    return {}


def _names_of(inline: str, below: list[str]) -> Mapping[int, str]:
    if inline.startswith("["):
        return {number: _unquoted(word) for number, word in enumerate(inline.strip("[]").split(","))}
    found: dict[int, str] = {}
    for line in below:
        told = re.fullmatch(r"\s*(?:(\d{1,6})\s*:|-)\s*(.*?)\s*", line)
        if told is None:
            break
        found[len(found) if told[1] is None else int(told[1])] = _unquoted(told[2])
    return found


def _unquoted(word: str) -> str:
    word = word.strip()
    if word.startswith('"'):
        try:
            return str(json.loads(word))
        except ValueError:
            return word
    return word.strip("'")


def _table(files: Files) -> Mapping[tuple[str, int], tuple[int, float]]:
    """Of our own export: file and line -> object and score."""
    if _TABLE not in files.names:
        return {}
    rows = csv.DictReader(io.StringIO(files.text(_TABLE)))
    found = {}
    for place, row in enumerate(rows, start=2):
        try:
            key = str(row["file"]), int(row["line"])
            found[key] = int(row["object"]), score_of(float(row["score"]))
        except (KeyError, TypeError, ValueError) as fault:
            raise BadImport(f"{_TABLE}: line {place}", "it is not a file, a line, an object and a score") from fault
    return found
