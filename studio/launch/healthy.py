"""Whether the web process of this container answers: `python -m studio.launch.healthy [PORT]`, exit status 0 or 1."""

from __future__ import annotations

import http.client
import sys

from studio.env import read_environment

PORT = 8000
ANSWERS_WITHIN_S = 5.0


def main(arguments: list[str]) -> int:
    """Ask /healthz by a name the studio answers to."""
    port = int(arguments[0]) if arguments else PORT
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWERS_WITHIN_S)
    try:
        connection.request("GET", "/healthz", headers={"Host": read_environment().hosts[0]})
        return 0 if connection.getresponse().status == 200 else 1
    except OSError:
        return 1
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
