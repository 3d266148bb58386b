"""manage.py backup FOLDER: the database and all finished files, so that restore can bring the studio back elsewhere."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studio.launch.backup import BackupFault, back_up


class Command(BaseCommand):
    """Writes a backup; the studio may be at work meanwhile."""

    help = "Write the database and all finished files into a folder; a later backup into it copies what is new."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--files-only", action="store_true", help="without the database")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            for line in back_up(options["folder"], database=not options["files_only"]):
                self.stdout.write(line)
        except BackupFault as fault:
            raise CommandError(str(fault), returncode=2) from fault
