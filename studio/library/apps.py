"""The app of clips and uploads."""

from django.apps import AppConfig


class LibraryConfig(AppConfig):
    """Names the app."""

    name = "studio.library"
    label = "library"
