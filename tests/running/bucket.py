"""An S3-compatible store on this machine, in a process of its own: moto's."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from studio.library.bucket import connect

KEY_ID, SECRET, REGION, BUCKET = "a-key-of-tests", "a-secret-of-tests", "us-east-1", "studio-files"
STARTED_WITHIN_S = 90.0


@contextmanager
def own_bucket() -> Iterator[dict[str, str]]:
    """A new empty bucket; the settings with which a studio keeps its files there."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    endpoint = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET},
    )
    try:
        until = time.monotonic() + STARTED_WITHIN_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert server.poll() is None and time.monotonic() < until, "the store does not start"
                time.sleep(0.1)
        connect(endpoint, REGION, KEY_ID, SECRET).create_bucket(Bucket=BUCKET)
        yield {
            "STUDIO_S3_BUCKET": BUCKET,
            "STUDIO_S3_ENDPOINT": endpoint,
            "STUDIO_S3_REGION": REGION,
            "STUDIO_S3_KEY_ID": KEY_ID,
            "STUDIO_S3_SECRET": SECRET,
        }
    finally:
        server.terminate()
        server.wait(timeout=20)
