"""What time removes of exports: files nobody came for in KEEP_DAYS, and what no row speaks of."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.utils import timezone

from studio.exports.models import Export
from studio.exports.service import export_folder
from studio.jobs.models import Job
from studio.library.sweep import remove_orphans

logger = structlog.get_logger(__name__)

KEEP_DAYS = 30  # an export can always be made again


def sweep_exports() -> int:
    """Remove all that is due; return how many files. Rows go first: a row never lacks its file."""
    due = timezone.now() - timedelta(days=KEEP_DAYS)
    removed = 0
    for export in Export.objects.filter(created__lt=due).exclude(job__state__in=Job.ACTIVE):
        folder = export_folder(export)
        export.delete()
        shutil.rmtree(folder, ignore_errors=True)
        removed += 1
    known = {str(export) for export in Export.objects.values_list("id", flat=True)}
    orphans = remove_orphans(Path(settings.STUDIO_DATA) / "exports", known)
    logger.info("exports swept", exports=removed, orphans=orphans)
    return removed + orphans
