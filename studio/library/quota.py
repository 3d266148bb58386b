"""What a person may use, and what they use: bytes kept, frames waiting to be tracked, minutes of tracking.

The settings say it for everybody, an Allowance for one person; where neither does, there is no limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import F, Sum
from django.utils import timezone

from studio.accounts.models import Allowance
from studio.jobs.errors import JobFault
from studio.jobs.models import Job
from studio.jobs.spent import minutes_spent
from studio.library.errors import LibraryFault
from studio.library.models import Upload, Video

Number = TypeVar("Number", int, float)


class NoQuota(LibraryFault):
    """More bytes than the person may keep."""

    status = 413
    code = "quota-bytes"


@dataclass(frozen=True, slots=True)
class Quota:
    """The most of each; None is no limit."""

    bytes: int | None
    frames: int | None
    minutes_day: float | None
    minutes_month: float | None


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of each is used now."""

    bytes: int  # sources of clips, deleted ones that can be restored included, unfinished uploads, exports
    frames: int  # masks still to be made by runs that wait, run or are paused
    minutes_day: float  # of tracking, since midnight UTC
    minutes_month: float  # since the first of the month


def quota_of(owner_id: int) -> Quota:
    """What this person may use."""
    own = Allowance.objects.filter(owner_id=owner_id).first() or Allowance()
    return Quota(
        bytes=_most(own.bytes, settings.STUDIO_QUOTA_BYTES),
        frames=_most(own.frames, settings.STUDIO_QUOTA_FRAMES),
        minutes_day=_most(own.minutes_day, settings.STUDIO_QUOTA_MINUTES_DAY),
        minutes_month=_most(own.minutes_month, settings.STUDIO_QUOTA_MINUTES_MONTH),
    )


def usage_of(owner_id: int) -> Usage:
    """What this person uses."""
    clips = Video.objects.filter(owner_id=owner_id).order_by()
    on_their_way = Upload.objects.filter(owner_id=owner_id, video=None)
    kept = (
        clips.aggregate(all=Sum("byte_size"))["all"],
        clips.aggregate(all=Sum("exports__byte_size"))["all"],
        on_their_way.aggregate(all=Sum("length"))["all"],
    )
    runs = Job.objects.filter(owner_id=owner_id, kind=Job.Kind.RUN, state__in=Job.ACTIVE).order_by()
    today = timezone.now().date()
    return Usage(
        bytes=sum(size or 0 for size in kept),
        frames=runs.aggregate(all=Sum(F("total") - F("done")))["all"] or 0,
        minutes_day=minutes_spent(owner_id, Job.Kind.RUN, today),
        minutes_month=minutes_spent(owner_id, Job.Kind.RUN, today.replace(day=1)),
    )


def check_bytes(owner: User, more: int) -> None:
    """Raise NoQuota when so many bytes more are too many for this person."""
    most = quota_of(owner.pk).bytes
    if most is None:
        return
    used = usage_of(owner.pk).bytes
    if used + more > most:
        raise NoQuota(
            f"You keep {_gigabytes(used)} of the {_gigabytes(most)} you may keep, and this has {_gigabytes(more)}: "
            "there is room again when clips are deleted for good."
        )


def check_run(owner_id: int, frames: int) -> None:
    """Raise JobFault when tracking so many frames more is too much for this person now."""
    quota = quota_of(owner_id)
    if quota == Quota(None, None, None, None):
        return
    usage = usage_of(owner_id)
    if quota.frames is not None and usage.frames + frames > quota.frames:
        raise JobFault(
            "quota-frames",
            f"This run has {frames} masks to make and your others {usage.frames}, more than the {quota.frames} that "
            "may wait at once; track a shorter range, or wait.",
        )
    for used, most, when in (
        (usage.minutes_day, quota.minutes_day, "today"),
        (usage.minutes_month, quota.minutes_month, "this month"),
    ):
        if most is not None and used >= most:
            raise JobFault("quota-minutes", f"You have used {used:.0f} of your {most:.0f} minutes of tracking {when}.")


def _most(own: Number | None, everybody: Number) -> Number | None:
    """The person's own limit, or everybody's, of which 0 is none."""
    return own if own is not None else everybody or None


def _gigabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1024**3:.2f} GB"
