"""A person's own picture is read in a child and written anew; what is no picture, or too large a one, is a sentence."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from drawn.clips import png
from studio.media.backdrop import LONGEST_SIDE, NotPicture, clean
from studio.media.errors import MediaError


def cleaned(tmp_path: Path, content: bytes) -> Image.Image:
    (tmp_path / "sent").write_bytes(content)
    size = clean(tmp_path / "sent", tmp_path / "made.png")
    with Image.open(tmp_path / "made.png") as made:
        made.load()
    assert (made.format, made.mode, made.size) == ("PNG", "RGB", size)
    return made


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_written_anew_without_what_came_along(tmp_path: Path, form: str):
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "where I live"  # turned, described
    Image.open(io.BytesIO(png(40, 20))).save(file, form, exif=exif)

    made = cleaned(tmp_path, file.getvalue())

    assert made.size == (20, 40)
    assert b"where I live" not in (tmp_path / "made.png").read_bytes()
    assert np.abs(np.asarray(made, int) - (40, 120, 200)).mean() < 2


def test_a_large_picture_is_made_smaller(tmp_path: Path):
    assert cleaned(tmp_path, png(2 * LONGEST_SIDE, 20)).size == (LONGEST_SIDE, 10)


def test_transparency_becomes_black(tmp_path: Path):
    file = io.BytesIO()
    Image.new("RGBA", (4, 4), (255, 255, 255, 0)).save(file, "PNG")

    assert not np.asarray(cleaned(tmp_path, file.getvalue())).any()


@pytest.mark.parametrize("content", [b"", b"<svg/>", png(8, 8)[:40], png(8, 8, form="GIF"), png(8, 8, form="TIFF")])
def test_what_is_no_picture_of_a_kind_that_is_taken_is_refused(tmp_path: Path, content: bytes):
    (tmp_path / "sent").write_bytes(content)

    with pytest.raises(MediaError, match="JPEG, PNG or WebP") as refused:
        clean(tmp_path / "sent", tmp_path / "made.png")
    assert refused.value.code == NotPicture.code
    assert not (tmp_path / "made.png").exists()


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(tmp_path: Path):
    (tmp_path / "sent").write_bytes(png(16_000, 4_000))

    with pytest.raises(MediaError, match="16000 x 4000 px") as refused:
        clean(tmp_path / "sent", tmp_path / "made.png")
    assert refused.value.code == "too-large"
