"""How many requests a minute one person, or one address where nobody is signed in, may send to the API and uploads.

A bucket for each, in the memory of this web process: several processes give several times as much. New accounts have a
bucket of their own, a small one for each address.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render

PACED = ("/api/", "/uploads/")
MOST_SIGN_UPS = 5  # a minute from one address
MOST_KNOWN = 10_000  # buckets; the one not used for the longest time is forgotten, as if it were full


class Pace:
    """Answers 429 with Retry-After to whoever is too fast."""

    sync_capable: ClassVar[bool] = True
    async_capable: ClassVar[bool] = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # who -> requests left, when counted in s
        self._lock = Lock()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path == "/sign-up" and request.method == "POST":
            who, most = f"sign-up {_address(request)}", MOST_SIGN_UPS
        elif request.path.startswith(PACED):
            who, most = _who(request), settings.STUDIO_REQUESTS_A_MINUTE
        else:
            return self.get_response(request)
        wait_s = self._wait_s(who, most, time.monotonic()) if settings.STUDIO_REQUESTS_A_MINUTE else 0
        if not wait_s:
            return self.get_response(request)
        sentence = f"More than {most} requests a minute came from you; go on in {wait_s} s."
        answer: HttpResponse
        if request.path.startswith(PACED):
            answer = JsonResponse({"code": "too-often", "message": sentence}, status=429)
        else:
            answer = render(request, "message.html", {"title": "Wait a little", "sentence": sentence}, status=429)
        answer.headers["Retry-After"] = str(wait_s)
        return answer

    def _wait_s(self, who: str, most: int, now_s: float) -> int:
        """Take one from the bucket; how long to wait where it is empty, in whole seconds, or 0."""
        with self._lock:
            left, since = self._left.pop(who, (float(most), now_s))
            left = min(float(most), left + (now_s - since) * most / 60)
            self._left[who] = (left - 1 if left >= 1 else left, now_s)
            if len(self._left) > MOST_KNOWN:
                self._left.popitem(last=False)
        return 0 if left >= 1 else max(1, round((1 - left) * 60 / most))


def _who(request: HttpRequest) -> str:
    if request.user.is_authenticated:
        return f"person {request.user.pk}"
    return f"address {_address(request)}"


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))
