"""The pages that are no form: the library and the studio (one Vite app), and the health of this process."""

from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from studio.access import videos_for


@require_safe
@never_cache
@ensure_csrf_cookie
@login_required
def library(request: HttpRequest) -> HttpResponse:
    """The person's clips."""
    return _app(request, "library", "Library")


@require_safe
@never_cache
@ensure_csrf_cookie
@login_required
def studio(request: HttpRequest, video_id: UUID) -> HttpResponse:
    """One clip, its objects and their tracks."""
    video = videos_for(request.user).filter(pk=video_id).first()
    if video is None:
        raise Http404
    return _app(request, "studio", video.title, str(video.pk))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form or a call without its token: one sentence, as JSON for programs."""
    sentence = "This page was open for too long; load it again and repeat what you did."
    if request.path.startswith(("/api/", "/uploads/")):
        return JsonResponse({"code": "csrf", "message": sentence}, status=403)
    return render(request, "message.html", {"title": "Not done", "sentence": sentence}, status=403)


def _app(request: HttpRequest, page: str, title: str, video_id: str = "") -> HttpResponse:
    if not (settings.FRONTEND_DIST / "manifest.json").exists():
        sentence = "The pages of this studio are not built yet; its operator finds the command in the log."
        return render(request, "message.html", {"title": "Not ready", "sentence": sentence}, status=503)
    return render(request, "app.html", {"page": page, "title": title, "video_id": video_id})
