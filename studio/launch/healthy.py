"""Whether this container does its work: `python -m studio.launch.healthy [PORT | reaper]`, exit status 0 or 1.

The web process answers; the reaper said lately, in the broker, that it is there.
"""

from __future__ import annotations

import http.client
import os
import sys

from studio.env import read_environment

PORT = 8000
ANSWERS_WITHIN_S = 5.0


def main(arguments: list[str]) -> int:
    """Ask /healthz by a name the studio answers to, or the broker for the reaper's word."""
    if arguments == ["reaper"]:
        return 0 if _reaper_is_here() else 1
    port = int(arguments[0]) if arguments else PORT
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWERS_WITHIN_S)
    try:
        connection.request("GET", "/healthz", headers={"Host": read_environment().hosts[0]})
        return 0 if connection.getresponse().status == 200 else 1
    except OSError:
        return 1
    finally:
        connection.close()


def _reaper_is_here() -> bool:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
    from redis import RedisError

    from studio.jobs.workers import REAPER, is_here

    try:
        return is_here(REAPER)
    except RedisError:
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
