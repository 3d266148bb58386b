"""What time removes of imports: files nobody came back to in KEEP_DAYS, what no row speaks of, masks of the dead."""

from __future__ import annotations

import shutil
from datetime import timedelta
from uuid import UUID

import structlog
from django.utils import timezone

from studio.imports.models import Import
from studio.imports.service import folder_of
from studio.jobs.models import Job
from studio.library.files import imports_folder
from studio.library.models import Upload
from studio.library.sweep import remove_orphans
from studio.scenes.prepared import drop_prepared_but

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
    known = {str(known) for rows in (Import, Upload) for known in rows.objects.values_list("id", flat=True)}
    orphans = remove_orphans(imports_folder(), known)
    drop_prepared_but(_leases)
    logger.info("imports swept", imports=removed, orphans=orphans)
    return removed + orphans


def _leases() -> set[UUID]:
    """Of those who write an import now."""
    running = Job.objects.filter(kind=Job.Kind.IMPORT, state=Job.State.RUNNING)
    return {lease for lease in running.values_list("lease_token", flat=True) if lease is not None}
