"""manage.py doctor: what is missing or slow on this machine."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studio.launch.doctor import Verdict, examine


class Command(BaseCommand):
    """Says one sentence for each thing the studio needs."""

    help = "Say in plain words what is missing or slow on this machine."
    requires_system_checks = ()  # this is the longer form of them

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--data", metavar="FOLDER", help="the data folder to look at (default: STUDIO_DATA or ./data)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        missing = 0
        for finding in examine():
            missing += finding.verdict is Verdict.MISSING
            self.stdout.write(f"{finding.verdict.value:>8}  {finding.what:<12} {finding.sentence}")
        if missing:
            raise CommandError(f"{missing} of these must be mended before the studio works.", returncode=2)
