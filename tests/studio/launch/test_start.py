"""What the processes of a studio load before they can begin."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.urls import reverse

from studio.accounts.links import ADDRESS

ROOT = Path(__file__).parents[3]
OF_THE_WEB = ("daphne", "channels.consumer", "studio.api", "studio.urls")


@pytest.mark.parametrize(
    "begin",
    [
        "from studio.worker import app; app.loader.import_default_modules()",
        "import django; django.setup(); import studio.management.commands.up",
    ],
    ids=["a worker", "the launcher"],
)
def test_what_serves_no_page_loads_nothing_of_the_web(begin: str):
    code = f"import sys; {begin}; print([name for name in {OF_THE_WEB} if name in sys.modules])"
    around = {**os.environ, "DJANGO_SETTINGS_MODULE": "studio.settings"}

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=around, capture_output=True, text=True)

    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_the_launcher_knows_where_links_are():
    assert reverse("link", args=["token"]) == f"/{ADDRESS}token"
