"""manage.py verify_storage: whether rows and files say the same."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studio.exports import verify as exports
from studio.imports import verify as imports
from studio.library import verify as library


class Command(BaseCommand):
    """Prints one line a difference and how many there are; ends with status 1 when there is one."""

    help = "Compare the rows with the data folder, and say every difference. Changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--sums", action="store_true", help="read finished exports whole and compare their sums")

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        for difference in (
            *library.differences(),
            *exports.differences(sums=options["sums"]),
            *imports.differences(),
        ):
            found += 1
            self.stdout.write(f"{difference}.")
        self.stdout.write(f"{found} differences.")
        if found:
            raise CommandError("Rows and files differ; the lines above say where.", returncode=1)
