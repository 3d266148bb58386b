"""What is wrong with an annotation file: one sentence that names the file and the place in it."""

from studio.media.errors import MediaError


class BadImport(MediaError):
    """The file cannot be read as what it is taken for, or does not fit the clip; nothing of it is imported."""

    code = "bad-import"

    def __init__(self, where: str, what: str) -> None:
        """`where` is the file and the place, "cvat.xml: track 3, frame 17"; `what` ends without a stop."""
        super().__init__(f"{where}: {what}.")


class UnknownKind(MediaError):
    """Nothing that is read here looks like this file."""

    code = "unknown-import"
