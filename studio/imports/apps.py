"""The app of annotation files on their way in."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Names the app."""

    name = "studio.imports"
    label = "imports"
