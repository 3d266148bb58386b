"""Ports of this machine."""

import errno
import socket

FIRST_PORT = 8000
TRIED_PORTS = 50


class PortTaken(Exception):
    """Raised when the port that was asked for is somebody else's."""

    code = "port-taken"


def free_port() -> int:
    """A port of the loopback address that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def choose_port(host: str, wanted: int | None) -> int:
    """The wanted port (0: any free one), or the first free one from 8000 on. Raises PortTaken."""
    if wanted == 0:
        return free_port()
    if wanted is not None:
        if not _is_free(host, wanted):
            raise PortTaken(f"Port {wanted} of {host} is in use; choose another with --port, or 0 for any.")
        return wanted
    for port in range(FIRST_PORT, FIRST_PORT + TRIED_PORTS):
        if _is_free(host, port):
            return port
    raise PortTaken(f"Ports {FIRST_PORT} to {FIRST_PORT + TRIED_PORTS - 1} of {host} are all in use; use --port 0.")


def _is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as fault:
            if fault.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True
