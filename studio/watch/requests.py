"""What is noted of every request: a name in all its log lines and in its answer, how long it took, its refusal."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from typing import ClassVar

import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from studio.watch.metrics import REFUSALS, REQUESTS

HEADER = "X-Request-ID"

logger = structlog.get_logger(__name__)


class Noted:
    """Binds the request's name for the log, answers with it, and counts."""

    sync_capable: ClassVar[bool] = True
    async_capable: ClassVar[bool] = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        name, began = uuid.uuid4().hex, time.perf_counter()
        with structlog.contextvars.bound_contextvars(request=name):
            response = self.get_response(request)
            took_s = time.perf_counter() - began
            match = request.resolver_match
            view = (match.url_name or match.route) if match is not None else ""
            REQUESTS.labels(request.method, view, response.status_code).observe(took_s)
            if response.status_code >= 400:
                code = code_of(response)
                REFUSALS.labels(code, response.status_code).inc()
                logger.info(
                    "refused",
                    method=request.method,
                    view=view,
                    status=response.status_code,
                    code=code,
                    s=round(took_s, 3),
                )
        response.headers[HEADER] = name
        return response


def code_of(response: HttpResponseBase) -> str:
    """The code a refusal carries; empty for a page."""
    if not isinstance(response, HttpResponse) or response.headers.get("Content-Type") != "application/json":
        return ""
    try:
        told = json.loads(response.content)
    except ValueError:
        return ""
    code = told.get("code") if isinstance(told, dict) else None
    return code if isinstance(code, str) else ""
