"""What a downloaded file is called: after the clip, safe on every system."""

from __future__ import annotations

import re
import unicodedata

MOST_BYTES = 180  # of the title in a file's name; file systems take 255 for all of it
MEDIA_ENDINGS = (
    ".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ts", ".mts", ".flv", ".wmv", ".ogv", ".gif",
    ".3gp", ".mxf", ".zip",
)  # fmt: skip


def file_name(title: str, what: str, ending: str) -> str:
    """ "my clip.mp4", "overlay", ".mp4" -> "my clip overlay.mp4"."""
    stem = title
    for known in MEDIA_ENDINGS:
        if stem.lower().endswith(known):
            stem = stem[: -len(known)]
            break
    # no control or direction marks, no path, nothing a shell or Windows would take for something else
    stem = "".join(letter for letter in stem if not unicodedata.category(letter).startswith("C"))
    stem = re.sub(r'[/\\:*?"<>|%]+', "-", stem)
    stem = re.sub(r"\s+", " ", stem).strip(" .-~")
    stem = stem.encode()[:MOST_BYTES].decode(errors="ignore").rstrip(" .-")
    return f"{stem or 'clip'} {what}{ending}"
