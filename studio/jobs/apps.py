"""The app of the queue of record."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Names the app."""

    name = "studio.jobs"
    label = "jobs"
