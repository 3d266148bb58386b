"""manage.py up: the whole studio on this machine."""

import signal
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studio.launch.broker import NoBroker
from studio.launch.children import KeepsDying
from studio.launch.launcher import AlreadyUp, NotUp, Wishes, run_studio
from studio.launch.page import PageNotBuilt
from studio.launch.ports import PortTaken


class Command(BaseCommand):
    """Starts the broker, the web process, the workers and the reaper; Ctrl-C ends all of it."""

    help = "Start the whole studio on this machine; Ctrl-C ends all of it."
    requires_system_checks = ()  # `manage.py doctor` says more, and the start is quick

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
        parser.add_argument("--port", type=int, help="port to listen on, 0 for any (default: first free from 8000)")
        parser.add_argument(
            "--data", metavar="FOLDER", help="where everything is kept (default: STUDIO_DATA or ./data)"
        )
        parser.add_argument("--no-browser", action="store_true", help="do not open the page")

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, _as_interrupt)
        signal.signal(signal.SIGHUP, _as_interrupt)
        wishes = Wishes(options["host"], options["port"], browser=not options["no_browser"])
        try:
            run_studio(wishes, self._say)
        except (AlreadyUp, NotUp, NoBroker, PageNotBuilt, PortTaken, KeepsDying) as fault:
            raise CommandError(str(fault), returncode=2) from fault

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _as_interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
