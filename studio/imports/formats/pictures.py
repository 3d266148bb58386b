"""PNGs whose pixel values are objects: read in the confined child, and only when header and size are what they should.

Pillow is handed no picture before its size was compared, so that no bomb is ever unpacked.
"""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from studio.imports.errors import BadImport
from studio.imports.files import Files
from studio.imports.scene import Scene

WIDE = ("I;16", "I;16B", "I")  # 16 bit
NARROW = ("P", "L", "1")
BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, Image.DecompressionBombError)


def mode_of(files: Files, name: str) -> str:
    """Pillow's word for a PNG's pixels, by its header alone; empty where it has none."""
    try:
        with Image.open(io.BytesIO(files.read(name)), formats=("PNG",)) as picture:
            return picture.mode
    except (UnidentifiedImageError, *BROKEN):
        return ""


def folder_of_masks(files: Files, modes: tuple[str, ...]) -> str | None:
    """The folder of the first PNG with pixels of such a mode; None where there is none."""
    for folder, names in sorted(_folders(files).items()):
        if mode_of(files, names[0]) in modes:
            return folder
    return None


def masks_in(files: Files, modes: tuple[str, ...], what: str) -> list[str]:
    """The PNGs of the one folder that holds masks. Raises BadImport where there are several, or none."""
    folders = [folder for folder, names in sorted(_folders(files).items()) if mode_of(files, names[0]) in modes]
    if not folders:
        raise BadImport(files.name, f"there are no {what} in it")
    if len(folders) > 1:
        raise BadImport(
            files.name, f"{folders[0]}/ and {folders[1]}/ both hold {what}; a clip takes those of one folder"
        )
    return _folders(files)[folders[0]]


def values_of(files: Files, name: str, scene: Scene, modes: tuple[str, ...]) -> NDArray[np.int64]:
    """[H, W] int64 of a PNG's pixel values, not its colours. Raises BadImport."""
    data = files.read(name)
    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as picture:
            scene.size(*picture.size, name)
            if picture.mode not in modes:
                raise BadImport(name, f"its pixels are colours ({picture.mode}), not objects' numbers")
            return np.asarray(picture).astype(np.int64)
    except (UnidentifiedImageError, *BROKEN) as fault:
        raise BadImport(name, "this PNG is broken") from fault


def _folders(files: Files) -> dict[str, list[str]]:
    folders: dict[str, list[str]] = {}
    for name in files.ending_in(".png"):
        folders.setdefault(str(PurePosixPath(name).parent), []).append(name)
    return folders
