"""The app of downloads."""

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    """Names the app."""

    name = "studio.exports"
    label = "exports"
