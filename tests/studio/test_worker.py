"""The worker as Celery starts it."""

import os
import subprocess
import sys

KNOWN = """
import django
django.setup()
from studio.jobs.queue import TASKS
from studio.worker import app
app.loader.import_default_modules()
print(sorted(set(TASKS.values()) - set(app.tasks)))
"""


def test_the_worker_knows_the_task_of_every_kind_of_job():
    known = subprocess.run(  # in a process of its own: here a test may have imported a task's module
        [sys.executable, "-c", KNOWN],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "studio.settings"},
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert (known.returncode, known.stdout.strip()) == (0, "[]"), known.stderr
