"""manage.py reaper: look after what workers leave, until stopped."""

from typing import Any

from django.core.management.base import BaseCommand

from studio.launch.reaper import main


class Command(BaseCommand):
    """Runs the reaper in this process."""

    help = "Take back jobs of silent workers, ring again for waiting ones, sweep old files; until stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        main()
