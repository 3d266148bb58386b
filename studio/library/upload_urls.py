"""Addresses of uploads, under uploads/."""

from django.urls import path

from studio.library import upload_views

urlpatterns = [
    path("", upload_views.collection, name="uploads"),
    path("<uuid:upload_id>", upload_views.single, name="upload"),
]
