"""The project itself as an app: start-up checks, templates, management commands."""

from django.apps import AppConfig


class StudioConfig(AppConfig):
    """Registers the start-up checks."""

    name = "studio"
    label = "studio"

    def ready(self) -> None:
        from studio import checks  # noqa: F401  registers itself
