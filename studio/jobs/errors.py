"""What can go wrong with a job; each has a code and one sentence for the person who asked for it."""


class JobFault(Exception):
    """A job's work fails for a reason its person should read: `code` for programs, the message for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class LeaseLost(Exception):
    """Raised to a worker that no longer holds its job: somebody else does, or nobody."""


class Paused(Exception):
    """Raised at a worker's look when its person wants the job paused."""


class Cancelled(Exception):
    """Raised at a worker's look when its person wants the job cancelled."""


class WrongState(Exception):
    """Raised when a job is asked to go where its state does not allow."""

    code = "wrong-state"


class AlreadyActive(Exception):
    """Raised when a clip already has an active job of this kind; `job_id` names it."""

    code = "already-active"
