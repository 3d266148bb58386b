"""manage.py page: build the browser's half, check it, test it."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from studio.launch.page import PageNotBuilt, build_page, run_script


class Command(BaseCommand):
    """Builds frontend/dist when its source changed, or runs one of the page's own scripts."""

    help = "Build the browser's half if its source changed."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--run", choices=["check", "test"], help="check types, or run the page's own tests")

    def handle(self, *args: Any, **options: Any) -> None:
        frontend = settings.BASE_DIR / "frontend"
        try:
            if options["run"] is None:
                build_page(frontend, self.stdout.write)
            elif (status := run_script(frontend, options["run"], self.stdout.write)) != 0:
                raise CommandError(f"npm run {options['run']} ended with status {status}.", returncode=status)
        except PageNotBuilt as fault:
            raise CommandError(str(fault), returncode=2) from fault
