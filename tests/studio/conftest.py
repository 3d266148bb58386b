"""What the studio's tests share: a data folder and a database file of their own, people, a clip."""

import atexit
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import django
import pytest


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


FOLDER = Path(tempfile.mkdtemp(prefix="studio-test-"))
(FOLDER / "static").mkdir()  # whitenoise warns without
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
os.environ["DJANGO_SETTINGS_MODULE"] = "studio.settings"
os.environ["STUDIO_DATA"] = str(FOLDER)
os.environ["STUDIO_HOSTS"] = "localhost,127.0.0.1,[::1]"
os.environ["REDIS_URL"] = f"redis://127.0.0.1:{free_port()}"  # a test that needs a broker starts one there
os.environ.pop("DATABASE_URL", None)
if ANOTHER_DATABASE := os.environ.get(
    "TEST_DATABASE_URL"
):  # the same tests on PostgreSQL, in a database that they make
    os.environ["DATABASE_URL"] = ANOTHER_DATABASE

django.setup()  # test modules import models, and pytest collects them before pytest-django would do this
# pytest-django would read it in a worker of xdist before this file gives that worker a folder and a port of its own
del os.environ["DJANGO_SETTINGS_MODULE"]

from django.contrib.auth.models import User  # noqa: E402  settings are read from the environment above
from django.core.management.color import Style  # noqa: E402
from django.db.backends.postgresql.operations import DatabaseOperations  # noqa: E402
from django.test import Client  # noqa: E402

TRUNCATE = DatabaseOperations.sql_flush


def delete_rows(
    operations: DatabaseOperations,
    style: Style,
    tables: Sequence[str],
    *,
    reset_sequences: bool = False,
    allow_cascade: bool = False,
) -> list[str]:
    """Empty the tables after a test with transactions of its own: PostgreSQL writes a new file for each it truncates.

    It waits for the disk with every one of them, seconds for ours, where a few rows are deleted in no time.
    """
    if reset_sequences:
        return TRUNCATE(operations, style, tables, reset_sequences=True, allow_cascade=allow_cascade)
    return [f"DELETE FROM {operations.quote_name(table)}" for table in tables]


DatabaseOperations.sql_flush = delete_rows


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Before xdist starts its processes: each makes a folder and a port of its own.

    One that inherited the name of the settings would load them at once, before this file is read, with our folder.
    """
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """A real SQLite file: in memory there is no write-ahead log, and threads would share one connection's locks."""
    from django.db import connections

    if not ANOTHER_DATABASE:
        connections["default"].settings_dict["TEST"]["NAME"] = str(FOLDER / "test.sqlite3")


@pytest.fixture
def ann(db: None) -> User:
    """Who owns what the test makes."""
    return User.objects.create_user("ann")


@pytest.fixture
def bob(db: None) -> User:
    """A stranger to it."""
    return User.objects.create_user("bob")


@pytest.fixture
def as_person() -> Callable[[User], Client]:
    """A browser in which this person is signed in."""

    def sign_in(person: User) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return sign_in
