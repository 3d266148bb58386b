"""What a person uses, as their account page shows it."""

from __future__ import annotations

from typing import NamedTuple

from django.contrib.auth.models import User
from django.template.defaultfilters import filesizeformat

from studio.library.quota import quota_of, usage_of


class Meter(NamedTuple):
    """One of the things that are counted."""

    what: str
    used: float
    most: float | None  # None: no limit
    words: str


def meters_of(person: User) -> list[Meter]:
    """All of them, in the order of the page."""
    usage, quota = usage_of(person.pk), quota_of(person.pk)
    return [
        Meter(
            "Disk",
            usage.bytes,
            quota.bytes,
            _of(filesizeformat(usage.bytes), quota.bytes and filesizeformat(quota.bytes)),
        ),
        Meter("Masks still to be made", usage.frames, quota.frames, _of(str(usage.frames), quota.frames)),
        Meter("Tracking today", usage.minutes_day, quota.minutes_day, _minutes(usage.minutes_day, quota.minutes_day)),
        Meter(
            "Tracking this month",
            usage.minutes_month,
            quota.minutes_month,
            _minutes(usage.minutes_month, quota.minutes_month),
        ),
    ]


def _of(used: str, most: object) -> str:
    return used if most is None else f"{used} of {most}"


def _minutes(used: float, most: float | None) -> str:
    return f"{_of(f'{used:.1f}', None if most is None else f'{most:.0f}')} minutes"
