"""Every refusal has one shape: {"code", "message"}."""

from __future__ import annotations

import structlog
from django.core.exceptions import ObjectDoesNotExist, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from studio.accounts.tokens import TooManyTokens
from studio.jobs.errors import AlreadyActive, JobFault, WrongState
from studio.library.errors import LibraryFault
from studio.scenes.errors import SceneFault

logger = structlog.get_logger(__name__)

CODES = {
    400: "bad-request",
    401: "signed-out",
    403: "forbidden",
    404: "not-found",
    405: "wrong-method",
    429: "too-often",
}
STATES = {  # refusals for how things stand now, not for what was asked
    "not-ready": 409,
    "no-weights": 503,
    "nothing-to-undo": 409,
    "nothing-to-redo": 409,
    "not-newest": 409,
    "run-active": 409,
    "no-such-step": 409,
    "changed-meanwhile": 409,
    "quota-frames": 429,
    "quota-minutes": 429,
}


Fault = Exception | type[Exception]  # what ninja says it gives to handlers; it gives instances


class Refusal(Exception):
    """What the API itself refuses: a status, a code and one sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def error(status: int, code: str, message: str) -> HttpResponse:
    """The answer to something refused; a sentence begins with a capital and ends with a stop."""
    sentence = message[:1].upper() + message[1:]
    if sentence and sentence[-1] not in ".!?":
        sentence += "."
    return JsonResponse({"code": code, "message": sentence}, status=status)


def not_found(request: HttpRequest, fault: Fault) -> HttpResponse:
    """A stranger's thing and a thing that never was look the same."""
    return error(404, "not-found", "There is nothing here.")


def add_handlers(api: NinjaAPI) -> None:
    """Say how each fault is answered."""
    api.add_exception_handler(ObjectDoesNotExist, not_found)
    api.add_exception_handler(Http404, not_found)
    api.add_exception_handler(AuthenticationError, _signed_out)
    api.add_exception_handler(HttpError, _http_error)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(Refusal, _refusal)
    api.add_exception_handler(JobFault, _fault)
    api.add_exception_handler(SceneFault, _fault)
    for conflict in (AlreadyActive, WrongState, TooManyTokens):
        api.add_exception_handler(conflict, _conflict)
    api.add_exception_handler(LibraryFault, _library_fault)
    api.add_exception_handler(RequestDataTooBig, _too_big)
    api.add_exception_handler(Exception, _broke)


def _signed_out(request: HttpRequest, fault: Fault) -> HttpResponse:
    return error(401, "signed-out", "Sign in first, or send a token that is still good.")


def _http_error(request: HttpRequest, fault: Fault) -> HttpResponse:
    assert isinstance(fault, HttpError), "handlers are given instances"
    return error(fault.status_code, CODES.get(fault.status_code, "error"), str(fault))


def _refusal(request: HttpRequest, fault: Fault) -> HttpResponse:
    assert isinstance(fault, Refusal), "handlers are given instances"
    return error(fault.status, fault.code, fault.message)


def _fault(request: HttpRequest, fault: Fault) -> HttpResponse:
    assert isinstance(fault, JobFault | SceneFault), "handlers are given instances"
    return error(STATES.get(fault.code, 400), fault.code, fault.message)


def _conflict(request: HttpRequest, fault: Fault) -> HttpResponse:
    return error(409, str(getattr(fault, "code", "conflict")), str(fault))


def _invalid(request: HttpRequest, fault: Fault) -> HttpResponse:
    """One sentence that names the first field that is wrong."""
    assert isinstance(fault, ValidationError), "handlers are given instances"
    first = fault.errors[0]
    place = [str(part) for part in first["loc"]][1:]  # the first says body, query or path
    if len(place) > 1 and first["loc"][0] in ("body", "query"):
        place = place[1:]  # the name of our own argument
    said = str(first["msg"])
    return error(422, "invalid", f"{'.'.join(place) or 'The body'}: {said[:1].lower()}{said[1:]}")


def _library_fault(request: HttpRequest, fault: Fault) -> HttpResponse:
    assert isinstance(fault, LibraryFault), "handlers are given instances"
    return error(fault.status, fault.code, str(fault))


def _too_big(request: HttpRequest, fault: Fault) -> HttpResponse:
    return error(413, "too-large", "The body of this request is too large.")


def _broke(request: HttpRequest, fault: Fault) -> HttpResponse:
    logger.error("request broke", path=request.path, method=request.method, exc_info=True)
    return error(500, "internal", "Something went wrong on the server; the operator's log has the details.")
