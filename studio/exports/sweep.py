"""What time removes of exports: files older than STUDIO_KEEP_EXPORTS_DAYS, and what no row speaks of."""

from __future__ import annotations

import shutil
from pathlib import Path

import structlog
from django.conf import settings
from django.utils import timezone

from studio.exports import backdrops
from studio.exports.models import Backdrop, Export
from studio.exports.service import export_folder, keeping
from studio.jobs.models import Job
from studio.library.sweep import remove_orphans

logger = structlog.get_logger(__name__)


def sweep_exports() -> int:
    """Remove all that is due; return how many files. Rows go first: a row never lacks its file."""
    due = timezone.now() - keeping()
    removed = 0
    for export in Export.objects.filter(created__lt=due).exclude(job__state__in=Job.ACTIVE):
        folder = export_folder(export)
        export.delete()
        shutil.rmtree(folder, ignore_errors=True)
        removed += 1
    known = {str(export) for export in Export.objects.values_list("id", flat=True)}
    orphans = remove_orphans(Path(settings.STUDIO_DATA) / "exports", known)
    pictures = {f"{backdrop}.png" for backdrop in Backdrop.objects.values_list("id", flat=True)}
    orphans += remove_orphans(backdrops.folder(), pictures)
    logger.info("exports swept", exports=removed, orphans=orphans)
    return removed + orphans
