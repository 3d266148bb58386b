"""What a person calls a file: shown, never used as a path."""

from __future__ import annotations

import unicodedata
from base64 import b64decode
from binascii import Error as NotBase64
from pathlib import PurePosixPath

from studio.library.errors import BadMetadata

MOST_LETTERS = 200
_NAMELESS = "clip"


def clean_name(name: str) -> str:
    """A name to show: its last part, without what is invisible or turns the text around, at most MOST_LETTERS long."""
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    visible = "".join(" " if letter.isspace() else letter for letter in unicodedata.normalize("NFC", last))
    visible = "".join(letter for letter in visible if unicodedata.category(letter)[0] != "C")
    short = _shortened(" ".join(visible.split()))
    return _NAMELESS if short.strip(". ") == "" else short


def is_zip(name: str) -> bool:
    """Whether a name is that of a zip of pictures."""
    return PurePosixPath(name).suffix.lower() == ".zip"


def parse_metadata(header: str) -> dict[str, str]:
    """Upload-Metadata as tus writes it: keys, each with a value in base64, separated by commas. Raises BadMetadata."""
    found: dict[str, str] = {}
    for pair in header.split(",") if header.strip() else ():
        key, _, value = pair.strip().partition(" ")
        try:
            found[key] = b64decode(value.strip(), validate=True).decode()
        except (NotBase64, UnicodeError) as fault:
            raise BadMetadata(f"The value of {clean_name(key)!r} in Upload-Metadata is not text in base64.") from fault
    return found


def _shortened(name: str) -> str:
    """Cut in the stem, so that the ending stays."""
    if len(name) <= MOST_LETTERS:
        return name
    ending = PurePosixPath(name).suffix
    ending = ending if len(ending) <= 16 else ""
    return name[: MOST_LETTERS - len(ending)].rstrip() + ending
