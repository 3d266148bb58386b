"""A folder of pictures as a clip, one picture a frame, in the order a person would sort them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from studio.media.clip import Clip, Picture
from studio.media.errors import NotVideo, UnequalFrames, UnreadableVideo
from studio.media.source import MAX_FRAME_PIXELS, check_size

ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".ppm", ".pgm", ".gif")
DEFAULT_RATE = Fraction(25)  # frames a second of a folder, which has no time of its own

_SWAPPED = (5, 6, 7, 8)  # EXIF orientations whose upright picture has its sides exchanged
_ORIENTATION = 0x0112


class PictureClip(Clip):
    """Pictures of one size in one folder. Camera rotation (EXIF) is done to them; transparency is left out.

    Raises NotVideo without pictures, UnequalFrames for two sizes or two pictures of one name, TooLarge.
    """

    def __init__(
        self, folder: Path, frame_rate: Fraction = DEFAULT_RATE, *, max_pixels: int = MAX_FRAME_PIXELS
    ) -> None:
        self.path = folder
        self.files = sorted(
            (
                file
                for file in folder.iterdir()
                if file.suffix.lower() in ENDINGS and not file.name.startswith(".") and file.is_file()
            ),
            key=lambda file: natural(file.name),
        )
        if not self.files:
            raise NotVideo(f"the folder {folder} holds no pictures ({', '.join(ENDINGS)})")
        self.width, self.height = _upright_size(self.files[0], max_pixels)
        stems: set[str] = set()
        for file in self.files:
            width, height = _upright_size(file, max_pixels)
            if (width, height) != (self.width, self.height):
                raise UnequalFrames(
                    f"the pictures of a clip must have one size: {self.files[0].name} is {self.width} x "
                    f"{self.height} px, {file.name} is {width} x {height} px"
                )
            if file.stem in stems:
                raise UnequalFrames(f"two pictures of {folder} are called {file.stem}")
            stems.add(file.stem)
        self.frame_count = len(self.files)
        self.frame_rate = frame_rate
        self.time_base = 1 / frame_rate
        self.pixel_aspect = Fraction(1)
        self.has_sound = False

    def pts(self, index: int) -> int:
        self.check(index)
        return index

    def duration(self, index: int) -> int:
        self.check(index)
        return 1

    def frame_name(self, index: int) -> str:
        self.check(index)
        return self.files[index].stem

    def _forward(self, start: int, stop: int) -> Iterator[Picture]:
        for file in self.files[start:stop]:
            yield read_picture(file)


def read_picture(path: Path) -> Picture:
    """A picture file as [H, W, 3] uint8 RGB, upright. Raises UnreadableVideo."""
    try:
        with Image.open(path) as image:
            upright = ImageOps.exif_transpose(image)
            if upright.mode.startswith("I;16"):  # 16 bits a pixel: Pillow would clip where the high byte is meant
                upright = Image.fromarray((np.asarray(upright) >> 8).astype(np.uint8))
            return np.array(upright.convert("RGB"))
    except (OSError, ValueError, SyntaxError) as fault:
        raise UnreadableVideo(f"the picture {path} cannot be read: {fault}") from fault


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts frame2 before frame10: runs of digits count as numbers."""
    parts = re.split(r"(\d+)", name.casefold())
    return tuple((1, int(part), part) if part.isdecimal() else (0, 0, part) for part in parts)


def _upright_size(path: Path, max_pixels: int) -> tuple[int, int]:
    try:
        with Image.open(path) as image:
            width, height = image.size
            swapped = image.getexif().get(_ORIENTATION) in _SWAPPED
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as fault:
        raise UnreadableVideo(f"{path} is not a picture that can be read") from fault
    check_size(path, width, height, max_pixels)
    return (height, width) if swapped else (width, height)
