"""Every fault this package reports: a code for programs, one sentence for people."""


class TrackingError(Exception):
    """Something a person can act on; str(error) is one sentence with the number in it."""

    code = "tracking-error"


class BadBox(TrackingError):
    """A box is malformed, smaller than 4 px or outside the frame."""

    code = "bad-box"


class BadInput(TrackingError):
    """A frame, file, folder or option cannot be used as given."""

    code = "bad-input"


class BadTrack(TrackingError):
    """Bytes are not a Track, or a Track does not fit this network or this frame."""

    code = "bad-track"


class OutOfMemory(TrackingError):
    """There is not even memory for one object."""

    code = "memory"


class UnknownProfile(TrackingError):
    """No profile has this name."""

    code = "unknown-profile"


class UnknownWeights(TrackingError):
    """No weights have this name, or their file is not on this machine."""

    code = "unknown-weights"


class ChecksumMismatch(TrackingError):
    """A file's bytes are not those the manifest names; the file is not opened."""

    code = "checksum-mismatch"


class WeightsMismatch(TrackingError):
    """A state dict's keys or shapes are not those of the network."""

    code = "weights-mismatch"


class DownloadFailed(TrackingError):
    """Weights could not be fetched; the sentence says what to do instead."""

    code = "download-failed"


class BadConfig(TrackingError):
    """A training configuration names something unknown or out of range."""

    code = "bad-config"
