"""What the addresses of uploads and media refuse: a status, a code and one sentence each."""

from studio.media.errors import MediaError


class LibraryFault(Exception):
    """Something asked for that is not done; str(fault) is one sentence for whoever asked."""

    status = 400
    code = "bad-request"


class SignedOut(LibraryFault):
    """Nobody, or a token that is no good."""

    status = 401
    code = "signed-out"


class OldPage(LibraryFault):
    """A page without its CSRF token."""

    status = 403
    code = "csrf"


class NotFound(LibraryFault):
    """Nothing, or a stranger's: both look the same."""

    status = 404
    code = "not-found"


class WrongMethod(LibraryFault):
    """A method this address does not take."""

    status = 405
    code = "wrong-method"


class WrongVersion(LibraryFault):
    """A version of tus that is not spoken here."""

    status = 412
    code = "wrong-version"


class WrongType(LibraryFault):
    """A body that is not the bytes of a file."""

    status = 415
    code = "wrong-type"


class BadOffset(LibraryFault):
    """No Upload-Offset, or none that is a number of bytes."""

    code = "bad-offset"


class BadMetadata(LibraryFault):
    """Upload-Metadata that is not pairs of a key and base64."""

    code = "bad-metadata"


class BadLength(LibraryFault):
    """No Upload-Length, or none that is a number of bytes."""

    code = "bad-length"


class TooLargeUpload(LibraryFault):
    """A file over the limit, a piece over the limit, or more bytes than were announced."""

    status = 413
    code = "too-large"


class TooManyUploads(LibraryFault):
    """More unfinished uploads than a person may have."""

    status = 429
    code = "too-many-uploads"


class NoRoom(LibraryFault):
    """The server's disk is full, or nearly."""

    status = 507
    code = "no-room"


class WrongOffset(LibraryFault):
    """A piece that does not begin where the file ends so far."""

    status = 409
    code = "wrong-offset"


class UploadGone(LibraryFault):
    """Nothing is left of this upload."""

    status = 404
    code = "not-found"


class StoreAway(LibraryFault, MediaError):
    """The store of files cannot be reached, or refuses; for a page and for a job alike."""

    status = 503
    code = "store-away"
