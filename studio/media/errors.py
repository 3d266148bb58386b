"""Every fault of reading and writing media: a code for programs, one sentence for people."""


class MediaError(Exception):
    """Something a person can act on; str(error) is one sentence that names the file."""

    code = "media-error"


class NoSuchFile(MediaError):
    """Nothing lies at this path."""

    code = "no-such-file"


class NotVideo(MediaError):
    """The file is no video of a kind that is read here, or the folder holds no pictures."""

    code = "not-video"


class NoPicture(MediaError):
    """The file is media, but has no picture track: sound only, or a cover picture at most."""

    code = "no-picture"


class UnreadableVideo(MediaError):
    """The file says it is video, but its frames cannot be decoded."""

    code = "unreadable-video"


class UnequalFrames(MediaError):
    """Not all frames have the size of the first."""

    code = "unequal-frames"


class TooLarge(MediaError):
    """A frame has more pixels, or a clip more frames, than is allowed."""

    code = "too-large"


class NoSuchFrame(MediaError):
    """A frame index outside the clip."""

    code = "no-such-frame"


class BadTable(MediaError):
    """Bytes are not a frame table, or a table does not fit its clip."""

    code = "bad-table"


class CannotWrite(MediaError):
    """A file could not be written; nothing is left of it."""

    code = "cannot-write"


class BadMask(MediaError):
    """Run lengths that are none, or are not of a picture of this size."""

    code = "bad-mask"
