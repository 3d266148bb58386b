"""Every address of the studio."""

from django.contrib import admin
from django.urls import include, path

from studio import pages
from studio.accounts.views import sign_in_for_admin
from studio.api import api
from studio.watch import views as watch

urlpatterns = [
    path("", pages.library, name="library"),
    path("videos/<uuid:video_id>", pages.studio, name="studio"),
    path("healthz", watch.healthz, name="healthz"),
    path("readyz", watch.readyz, name="readyz"),
    path("metrics", watch.metrics, name="metrics"),
    path("status", watch.status, name="status"),
    path("", include("studio.accounts.urls")),
    path("uploads/", include("studio.library.upload_urls")),
    path("media/", include("studio.library.media_urls")),
    path("api/", api.urls),
    path("admin/login/", sign_in_for_admin),
    path("admin/", admin.site.urls),
]
