"""Every address of the studio."""

from django.contrib import admin
from django.urls import include, path

from studio import pages
from studio.api import api

urlpatterns = [
    path("", pages.library, name="library"),
    path("videos/<uuid:video_id>", pages.studio, name="studio"),
    path("healthz", pages.healthz, name="healthz"),
    path("", include("studio.accounts.urls")),
    path("uploads/", include("studio.library.upload_urls")),
    path("media/", include("studio.library.media_urls")),
    path("api/", api.urls),
    path("admin/", admin.site.urls),
]
