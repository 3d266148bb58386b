"""What time removes of imports: files nobody came back to in KEEP_DAYS, and what no row speaks of."""

from __future__ import annotations

import shutil
from datetime import timedelta

import structlog
from django.utils import timezone

from studio.imports.models import Import
from studio.imports.service import folder_of, imports_folder
from studio.jobs.models import Job
from studio.library.sweep import remove_orphans

logger = structlog.get_logger(__name__)

KEEP_DAYS = 7  # what it made stays, and the file is its person's own


def sweep_imports() -> int:
    """Remove all that is due; return how many files. Rows go first: a row never lacks its file."""
    due = timezone.now() - timedelta(days=KEEP_DAYS)
    removed = 0
    for old in Import.objects.filter(created__lt=due).exclude(job__state__in=Job.ACTIVE):
        folder = folder_of(old)
        old.delete()
        shutil.rmtree(folder, ignore_errors=True)
        removed += 1
    known = {str(known) for known in Import.objects.values_list("id", flat=True)}
    orphans = remove_orphans(imports_folder(), known)
    logger.info("imports swept", imports=removed, orphans=orphans)
    return removed + orphans
