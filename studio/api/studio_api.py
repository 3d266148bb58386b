"""What our API adds to ninja's: one shape for every refusal, in the answers and in the description."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI, Router
from ninja.openapi.schema import OpenAPISchema

from studio.api.errors import error
from studio.api.schemas import ErrorOut

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
View = Callable[..., HttpResponseBase]

nowhere = Router()


@nowhere.api_operation(METHODS, "/{path:rest}", auth=None, include_in_schema=False)
def no_such_address(request: HttpRequest, rest: str) -> HttpResponse:
    """Every other address, in the shape of every other refusal."""
    return error(404, "not-found", "There is nothing here.")


class StudioApi(NinjaAPI):
    """NinjaAPI whose 405 and whose description speak of {code, message} too."""

    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        patterns, app, namespace = super().urls
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                pattern.callback = _with_our_405(pattern.callback)
        return patterns, app, namespace

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**options)
        schema["components"]["schemas"]["ErrorOut"] = ErrorOut.model_json_schema()
        refusal = {
            "description": "A refusal",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorOut"}}},
        }
        for operations in schema["paths"].values():
            for operation in operations.values():
                operation["responses"].setdefault("default", refusal)
        return schema


def _with_our_405(view: View) -> View:
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if response.status_code != 405:
            return response
        refusal = error(405, "wrong-method", f"This address does not take {request.method}.")
        refusal.headers["Allow"] = response.headers.get("Allow", "")
        return refusal

    return answer
