#!/usr/bin/env python3
"""Django's own command line; `manage.py up` starts the whole studio on this machine."""

import argparse
import os
import sys


def main() -> None:
    """Run the command named on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
    _take_data_folder()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


def _take_data_folder() -> None:
    """`--data FOLDER` is said to the environment before settings are read from it."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--data")
    known, _ = parser.parse_known_args(sys.argv[1:])
    if known.data:
        os.environ["STUDIO_DATA"] = known.data


if __name__ == "__main__":
    main()
