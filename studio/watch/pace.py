"""How many requests a minute one person, or one address where nobody is signed in, may send to the API and uploads.

A bucket for each, in the memory of this web process: several processes give several times as much.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, JsonResponse

PACED = ("/api/", "/uploads/")
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
        most = settings.STUDIO_REQUESTS_A_MINUTE
        if not most or not request.path.startswith(PACED):
            return self.get_response(request)
        wait_s = self._wait_s(_who(request), most, time.monotonic())
        if not wait_s:
            return self.get_response(request)
        sentence = f"More than {most} requests a minute came from you; go on in {wait_s} s."
        headers = {"Retry-After": str(wait_s)}
        return JsonResponse({"code": "too-often", "message": sentence}, status=429, headers=headers)

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
    return f"address {request.META.get('REMOTE_ADDR', '')}"
