"""python -m tracking track | evaluate | bench | train | weights"""

from __future__ import annotations

import argparse
import importlib
import logging
import sys
from collections.abc import Sequence

from tracking.errors import TrackingError

_COMMANDS = {
    "track": "follow objects through a clip and write masks, JSON or a film",
    "evaluate": "score weights on DAVIS, VOT or OTB folders",
    "bench": "measure this machine: our network against the original's way of running it",
    "train": "train or fine-tune weights on your own images and masks",
    "weights": "list, fetch, add and verify weights",
}
_FAULT = 2  # exit code of anything a person can mend


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; faults a person can mend are one sentence on stderr and exit code 2."""
    argv = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(prog="python -m tracking", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    chosen = next((word for word in argv if not word.startswith("-")), None)
    for name, summary in _COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary)
        if name == chosen:  # only the command that runs is imported: torch alone takes a second
            module = importlib.import_module(f"tracking.commands.{name}")
            module.add_arguments(command)
            command.set_defaults(run=module.run)
    parsed = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        return int(parsed.run(parsed))
    except TrackingError as fault:
        print(f"{fault} [{fault.code}]", file=sys.stderr)
        return _FAULT
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
