"""O1: migrations only add, and what they add does not stand in the way of the code before them."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db.migrations import operations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.models import NOT_PROVIDED

OURS = {config.label for config in apps.get_app_configs() if config.name.startswith("studio")}
FORBIDDEN = (operations.RemoveField, operations.RenameField, operations.DeleteModel, operations.RenameModel)
# added before this rule, when nothing had been released yet
BEFORE_THE_RULE = {
    "library.0002_upload_purpose: upload.purpose",
    "library.0003_editions: video.edition",
    "runs.0002_between_and_agreement: run.agreed",
    "runs.0002_between_and_agreement: run.until_agrees",
    "scenes.0005_review: keptmask.accepted",
    "scenes.0005_review: mask.accepted",
    "scenes.0005_review: versionmask.accepted",
}


def later_operations() -> Iterator[tuple[str, Operation]]:
    """What migrations after an app's first do, with their names."""
    for (app, name), migration in sorted(MigrationLoader(None, ignore_no_migrations=True).disk_migrations.items()):
        if app in OURS and not migration.initial:
            for operation in migration.operations:
                yield f"{app}.{name}", operation


def test_no_migration_takes_anything_away():
    assert len(list(later_operations())) > 10
    assert [(name, done.describe()) for name, done in later_operations() if isinstance(done, FORBIDDEN)] == []


def test_code_that_does_not_know_a_new_column_can_still_write_its_rows():
    """A column that may not be empty needs a default that the database itself has, not only Django."""
    added = {
        f"{name}: {done.model_name}.{done.name}"
        for name, done in later_operations()
        if isinstance(done, operations.AddField) and not done.field.null and done.field.db_default is NOT_PROVIDED
    }

    assert added == BEFORE_THE_RULE
