"""PostgreSQL and Redis as a server has them: those of this machine, or a skip that says what is missing."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn
from urllib.parse import urlsplit, urlunsplit

import pytest

POSTGRESQL = os.environ.get("TEST_POSTGRESQL_URL", "postgres://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")


def postgresql() -> str:
    """The address of a database server where we may make databases."""
    _check("PostgreSQL", POSTGRESQL, "TEST_POSTGRESQL_URL", 5432)
    return POSTGRESQL


def redis() -> str:
    """The address of a Redis database that tests may write to."""
    _check("Redis", REDIS, "TEST_REDIS_URL", 6379)
    return REDIS


@contextmanager
def own_database() -> Iterator[str]:
    """A new database, and its address; it is gone afterwards, whoever is still connected."""
    import psycopg

    server = postgresql()
    name = f"studio_test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _check(what: str, address: str, setting: str, port: int) -> None:
    parts = urlsplit(address)
    try:
        socket.create_connection((parts.hostname or "127.0.0.1", parts.port or port), timeout=3).close()
    except OSError:
        _missing(f"no {what} answers at {parts.hostname}:{parts.port or port}; start one or name another in {setting}")


def _missing(sentence: str) -> NoReturn:
    """Skip, saying why; in CI, where the services are installed, fail."""
    if os.environ.get("CI"):
        pytest.fail(sentence)
    pytest.skip(sentence)
