"""What an operator and their programs look at: alive, ready, metrics, and the status page."""

from __future__ import annotations

import hmac
from datetime import timedelta
from ipaddress import ip_address

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.db.models import Count, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from studio.jobs.line import in_line
from studio.jobs.models import Job, Tally
from studio.live.opened import OPENED
from studio.runs.models import Run
from studio.watch.metrics import REGISTRY
from studio.watch.ready import parts

_FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-Ip")
_LATELY = timedelta(days=1)


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """This process is alive: it answers."""
    return JsonResponse({"ok": True})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether the studio can do its work: 200 or 503, and which part is missing."""
    found = parts()
    good = all(part.is_good for part in found)
    told = {part.name: part.is_good for part in found}
    return JsonResponse({"ok": good, **told}, status=200 if good else 503)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus: who has the operator's token, or, where there is none, this machine itself."""
    if not _may_read(request):
        raise Http404
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)


@require_safe
@never_cache
@login_required
def status(request: HttpRequest) -> HttpResponse:
    """The operator's page; for everybody else it is not there."""
    if not request.user.is_staff:
        raise Http404
    since = timezone.now() - _LATELY
    running = Job.objects.filter(state=Job.State.RUNNING).select_related("owner", "video").order_by("started")
    ended = Job.objects.filter(ended__gte=since).order_by()
    waiting = [job.job_id for queue in Job.Queue.values for job in in_line(queue)[:20]]
    jobs = Job.objects.select_related("owner", "video").in_bulk(waiting)
    context = {
        "parts": parts(),
        "running": running,
        "waiting": [jobs[job_id] for job_id in waiting if job_id in jobs],
        "failed": Job.objects.filter(state=Job.State.FAILED).select_related("owner").order_by("-ended")[:20],
        "ended": ended.values("kind", "state").annotate(number=Count("id")).order_by("kind", "state"),
        "runs": [_told(run) for run in Run.objects.filter(job__ended__gte=since).select_related(*_OF_A_RUN)[:20]],
        "sockets": sum(OPENED.values()),
        "take_overs": Tally.objects.filter(what="take_overs").aggregate(all=Sum("value"))["all"] or 0,
        "people": User.objects.annotate(
            clips=Count("videos", filter=Q(videos__deleted_at=None)), bytes=Sum("videos__byte_size")
        ).order_by("-bytes")[:50],
    }
    return render(request, "status.html", context)


_OF_A_RUN = ("job", "job__owner", "video")


def _told(run: Run) -> dict[str, object]:
    """A run and what its stages took: [(stage, seconds, frames a second or None), ...]."""
    stages = [
        (stage, seconds, frames / seconds if frames and seconds and stage != "wait" else None)
        for stage, (seconds, frames) in run.timings.items()
    ]
    return {"video": run.video, "owner": run.job.owner, "job": run.job, "stages": stages, "notes": run.notes}


def _may_read(request: HttpRequest) -> bool:
    if settings.STUDIO_METRICS_TOKEN:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(secret.strip().encode(), _token())
    if any(header in request.headers for header in _FORWARDED):
        return False  # a proxy on this machine asks for somebody else
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _token() -> bytes:
    return str(settings.STUDIO_METRICS_TOKEN).encode()
