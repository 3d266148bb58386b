"""What is wrong with an annotation file: one sentence that names the file and the place in it."""

import unicodedata

from studio.media.errors import MediaError

_MOST_LETTERS = 240  # of a part of the sentence; ids and names of the file are in it


class BadImport(MediaError):
    """The file cannot be read as what it is taken for, or does not fit the clip; nothing of it is imported."""

    code = "bad-import"

    def __init__(self, where: str, what: str) -> None:
        """`where` is the file and the place, "cvat.xml: track 3, frame 17"; `what` ends without a stop."""
        super().__init__(f"{shown(where)}: {shown(what)}.")


class UnknownKind(MediaError):
    """Nothing that is read here looks like this file."""

    code = "unknown-import"


def shown(words: str) -> str:
    """Words of a file as a sentence, a page and a database can hold them: nothing invisible, nothing endless."""
    visible = "".join("?" if unicodedata.category(letter)[0] == "C" else letter for letter in words)
    return visible if len(visible) <= _MOST_LETTERS else f"{visible[: _MOST_LETTERS - 3]}..."
