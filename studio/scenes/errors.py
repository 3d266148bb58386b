"""What a scene refuses."""


class SceneFault(Exception):
    """One sentence for a person, with a code for programs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message
