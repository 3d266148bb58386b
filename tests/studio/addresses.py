"""Every address of the studio, as its URL tables spell it."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver


def addresses(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, here)
        else:
            yield here
