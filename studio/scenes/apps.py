"""The app of objects to follow, key frames and masks."""

from django.apps import AppConfig


class ScenesConfig(AppConfig):
    """Names the app."""

    name = "studio.scenes"
    label = "scenes"
