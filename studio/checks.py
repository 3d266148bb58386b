"""What Django should tell an operator at start-up, in sentences."""

import shutil
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register

from studio.library.disk import LEAST_FREE_BYTES


@register(Tags.files)
def data_folder_is_there(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """The data folder can be written and has room."""
    folder = settings.STUDIO_DATA
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    except OSError as fault:
        return [Error(f"The data folder {folder} cannot be used: {fault.strerror}.", id="studio.E001")]
    if free < LEAST_FREE_BYTES:
        return [checks.Warning(f"The data folder {folder} has only {free / 1024**3:.1f} GB left.", id="studio.W001")]
    return []


@register(Tags.staticfiles)
def pages_are_built(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """The browser's half has been built."""
    if not (settings.FRONTEND_DIST / "manifest.json").exists():
        hint = "`manage.py up` builds it, or: cd frontend && npm ci && npx vite build"
        return [checks.Warning("The pages are not built (frontend/dist is missing).", hint=hint, id="studio.W002")]
    return []
