"""Addresses of files, under media/."""

from django.urls import path

from studio.library import media_views

urlpatterns = [
    path("videos/<uuid:video_id>/<str:name>", media_views.shown, name="shown-file"),
    path("exports/<uuid:export_id>/<str:name>", media_views.export, name="export-file"),
]
