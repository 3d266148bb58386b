"""The web process is light."""

import os
import subprocess
import sys
from pathlib import Path


def test_the_web_process_has_not_loaded_torch():
    script = (
        "import sys, studio.asgi\n"
        "from django.urls import get_resolver\n"
        "get_resolver().url_patterns\n"
        "assert 'studio.api' in sys.modules\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('torch', 'tracking')])"
    )

    said = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[3],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert (said.returncode, said.stdout.strip()) == (0, "[]"), said.stderr
