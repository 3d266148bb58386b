"""The app of sockets."""

from django.apps import AppConfig


class LiveConfig(AppConfig):
    """Names the app."""

    name = "studio.live"
    label = "live"
