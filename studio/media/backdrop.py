"""A person's own picture made safe, in a confined child: `python -m studio.media.backdrop` takes {"source", "target"}.

Opened as JPEG, PNG or WebP only, its size asked before a pixel is decoded; written anew as PNG, upright, without
anything that came along. Transparency is laid over black.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from studio.media.errors import MediaError
from studio.media.sandbox import Limits, answer_one_request, run_confined
from studio.media.source import check_size

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 40_000_000  # decoded; what cameras make
LONGEST_SIDE = 3840  # px of what is kept: no film is larger that a picture is put behind
LIMITS = Limits(memory_bytes=2 * 1024**3, file_bytes=128 * 1024**2, silent_s=30.0, wall_s=30.0)


class NotPicture(MediaError):
    """The file is no picture of a kind that is taken."""

    code = "not-picture"


def clean(source: Path, target: Path) -> tuple[int, int]:
    """Write the picture `source` as PNG `target`, and return its width and height. Raises a MediaError."""
    told = run_confined(
        "studio.media.backdrop",
        {"source": str(source), "target": str(target)},
        lambda line: None,
        limits=LIMITS,
        reads=[source],
        writes=[target.parent],
    )
    width, height = told.get("width"), told.get("height")
    if not isinstance(width, int) or not isinstance(height, int):
        raise NotPicture("This picture cannot be read.")
    return width, height


def _answer(request: Mapping[str, object]) -> Mapping[str, object]:
    source, target = Path(str(request["source"])), Path(str(request["target"]))
    try:
        with Image.open(source, formats=FORMATS) as image:
            check_size(Path("this picture"), *image.size, MOST_PIXELS)
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            if upright.has_transparency_data:
                ground = Image.new("RGBA", upright.size, (0, 0, 0, 255))
                upright = Image.alpha_composite(ground, upright.convert("RGBA"))
            upright = upright.convert("RGB")
            upright.save(target, format="PNG", compress_level=3)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as fault:
        raise NotPicture("This file is no picture that can be read; send JPEG, PNG or WebP.") from fault
    return {"width": upright.width, "height": upright.height}


if __name__ == "__main__":
    answer_one_request(_answer)
