"""python -m studio.client upload | track | download | import --server URL --token T"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from studio.client import download, import_file, track, upload
from studio.client.errors import Refused
from studio.client.server import Server

_COMMANDS = {
    "upload": (upload, "send a clip and wait until it is ready"),
    "track": (track, "draw boxes on a clip and follow what is in them"),
    "import": (import_file, "put the objects of an annotation or project file into a clip"),
    "download": (download, "have a film or annotation file made and fetch it"),
}
_FAULT = 2  # exit code of anything a person can mend


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; what is refused is one sentence on stderr and exit code 2."""
    parser = argparse.ArgumentParser(prog="python -m studio.client", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, (module, summary) in _COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary)
        command.add_argument("--server", default=os.environ.get("STUDIO_SERVER", ""), help="or STUDIO_SERVER")
        command.add_argument(
            "--token", default=os.environ.get("STUDIO_TOKEN", ""), help="or STUDIO_TOKEN, kept off the command line"
        )
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    parsed = parser.parse_args(arguments)
    try:
        if not parsed.server or not parsed.token:
            missing = "--server or STUDIO_SERVER" if not parsed.server else "--token or STUDIO_TOKEN"
            raise Refused("no-server", f"Say which studio and who you are: {missing} is missing.")
        return int(parsed.run(parsed, Server(parsed.server, parsed.token)))
    except Refused as fault:
        print(f"{fault.message} [{fault.code}]", file=sys.stderr)
        return _FAULT
    except KeyboardInterrupt:
        print("stopped; what the server has begun goes on there", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
