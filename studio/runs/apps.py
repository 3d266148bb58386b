"""The app of tracking."""

from django.apps import AppConfig


class RunsConfig(AppConfig):
    """Names the app."""

    name = "studio.runs"
    label = "runs"
