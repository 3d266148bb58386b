"""What the client tells a person instead of going on: one sentence, exit code 2."""


class Refused(Exception):
    """The server said no, could not be reached, or a file here is not what it should be; `code` is for programs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message
