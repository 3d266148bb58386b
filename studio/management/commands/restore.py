"""manage.py restore FOLDER: bring back what backup wrote, into an empty studio."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studio.launch.backup import BackupFault, bring_back


class Command(BaseCommand):
    """Reads a backup; refuses where there are clips already."""

    help = "Bring back a backup into a studio whose database is empty."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--files-only", action="store_true", help="without the database")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            for line in bring_back(options["folder"], database=not options["files_only"]):
                self.stdout.write(line)
        except BackupFault as fault:
            raise CommandError(str(fault), returncode=2) from fault
