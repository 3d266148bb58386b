"""What time removes of exports: files older than STUDIO_KEEP_EXPORTS_DAYS, and what no row speaks of."""

from __future__ import annotations

import structlog
from django.utils import timezone

from studio.exports import backdrops
from studio.exports.models import Backdrop, Export
from studio.exports.service import keeping
from studio.jobs.models import Job
from studio.library.store import store
from studio.library.sweep import remove_kept_orphans, remove_orphans

logger = structlog.get_logger(__name__)


def sweep_exports() -> int:
    """Remove all that is due; return how many files. Rows go first: a row never lacks its file."""
    due = timezone.now() - keeping()
    removed = 0
    for export in Export.objects.filter(created__lt=due).exclude(job__state__in=Job.ACTIVE):
        folder = f"exports/{export.id}"
        export.delete()
        store().remove(folder)
        removed += 1
    known = {str(export) for export in Export.objects.values_list("id", flat=True)}
    orphans = remove_kept_orphans("exports", known)
    pictures = {f"{backdrop}.png" for backdrop in Backdrop.objects.values_list("id", flat=True)}
    orphans += remove_orphans(backdrops.folder(), pictures)
    logger.info("exports swept", exports=removed, orphans=orphans)
    return removed + orphans
