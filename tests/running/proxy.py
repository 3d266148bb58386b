"""The proxy of the deployment, with its own configuration but for TLS, where this machine has nginx."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from running.studio import ROOT, free_port

TEMPLATE = ROOT / "deploy" / "nginx.conf.template"


def there_is_a_proxy() -> bool:
    """Whether nginx is installed."""
    return _nginx() is not None


def site(webs: Sequence[str], store: str, port: int) -> str:
    """The template as the image's start-up script fills it in, on a plain port instead of TLS."""
    text = TEMPLATE.read_text().replace("server ${WEB};", " ".join(f"server {web};" for web in webs))
    text = text.replace("${STORE}", store)
    text = re.sub(r"server \{\s+listen 80;.*?\n\}\n", "", text, flags=re.DOTALL)
    text = re.sub(r"^ +(ssl_.*|http2 on);\n", "", text, flags=re.MULTILINE)
    return text.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")


@contextmanager
def proxy(folder: Path, webs: Sequence[str], store: str) -> Iterator[str | None]:
    """Put nginx in front of these; its address, or None where there is no nginx."""
    nginx = _nginx()
    if nginx is None:
        yield None
        return
    folder.mkdir(parents=True)
    port = free_port()
    (folder / "site.conf").write_text(site(webs, store.removeprefix("http://"), port))
    kept = "".join(
        f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"user root;\ndaemon off;\nworker_processes 1;\npid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{kept}include {folder}/site.conf;\n}}\n"
    )
    process = subprocess.Popen([nginx, "-p", str(folder), "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"])
    try:
        until = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                said = (folder / "error.log").read_text() if (folder / "error.log").exists() else ""
                assert process.poll() is None and time.monotonic() < until, said
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def _nginx() -> str | None:
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
