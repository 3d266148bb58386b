"""What is missing or slow on this machine, in plain words."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from redis import Redis, RedisError

from studio.launch.broker import NoBroker, server_program
from studio.launch.page import PageNotBuilt, find_npm, page_is_fresh
from studio.launch.ports import FIRST_PORT, PortTaken, choose_port
from studio.library.disk import LEAST_FREE_BYTES
from studio.media.landlock import version_here
from studio.media.sandbox import network_can_be_taken_away

ENCODERS = ("libx264", "aac", "libvpx-vp9", "prores_ks")


class Verdict(Enum):
    """How something stands."""

    GOOD = "good"
    SLOW = "slow"  # works, and could be better
    MISSING = "missing"  # something will not work


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at, and one sentence about it."""

    what: str
    verdict: Verdict
    sentence: str


def examine() -> Iterator[Finding]:
    """Look at everything, one after the other."""
    looks: tuple[tuple[str, Callable[[], tuple[Verdict, str]]], ...] = (
        ("Python", _python),
        ("data folder", _data),
        ("database", _database),
        ("broker", _broker),
        ("port", _port),
        ("page", _page),
        ("video", _video),
        ("confinement", _confinement),
        ("tracker", _tracker),
        ("weights", _weights),
    )
    for what, look in looks:
        yield Finding(what, *look())


def _python() -> tuple[Verdict, str]:
    return Verdict.GOOD, f"Python {platform.python_version()} on {platform.system()} with {os.cpu_count()} cores."


def _data() -> tuple[Verdict, str]:
    folder: Path = settings.STUDIO_DATA
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    except OSError as fault:
        return Verdict.MISSING, f"{folder} cannot be used: {fault.strerror}."
    if not os.access(folder, os.W_OK):
        return Verdict.MISSING, f"{folder} cannot be written."
    if free < LEAST_FREE_BYTES:
        return Verdict.SLOW, f"{folder} has only {free / 1024**3:.1f} GB left; uploads are refused below that soon."
    return Verdict.GOOD, f"{folder} has {free / 1024**3:.0f} GB free."


def _database() -> tuple[Verdict, str]:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as fault:
        return Verdict.MISSING, f"The database does not answer: {str(fault).strip()}."
    name = "PostgreSQL" if connection.vendor == "postgresql" else "SQLite in the data folder"
    if waiting:
        return Verdict.GOOD, f"{name}; {len(waiting)} migrations wait, `manage.py up` applies them."
    return Verdict.GOOD, f"{name}, up to date."


def _broker() -> tuple[Verdict, str]:
    if "REDIS_URL" not in os.environ:
        try:
            return Verdict.GOOD, f"Embedded: {server_program().name} is started with the studio."
        except NoBroker as fault:
            return Verdict.MISSING, str(fault)
    try:
        with Redis.from_url(settings.STUDIO_REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as redis:
            redis.ping()
    except (RedisError, ValueError):
        return Verdict.MISSING, "REDIS_URL is set, and nobody answers there."
    return Verdict.GOOD, "The server at REDIS_URL answers."


def _port() -> tuple[Verdict, str]:
    try:
        port = choose_port("127.0.0.1", None)
    except PortTaken as fault:
        return Verdict.MISSING, str(fault)
    if port == FIRST_PORT:
        return Verdict.GOOD, f"Port {port} is free."
    return Verdict.GOOD, f"Port {FIRST_PORT} is in use; the studio would take {port}."


def _page() -> tuple[Verdict, str]:
    frontend = settings.BASE_DIR / "frontend"
    if page_is_fresh(frontend):
        return Verdict.GOOD, "Built, and newer than its source."
    try:
        npm = find_npm()
    except PageNotBuilt as fault:
        return Verdict.MISSING, str(fault)
    whose = "the machine's Node" if npm[0] != sys.executable else "Node from its wheel"
    return Verdict.SLOW, f"Not built yet; the next start builds it with {whose}, in about 20 s."


def _video() -> tuple[Verdict, str]:
    import av

    lacking = [name for name in ENCODERS if name not in av.codec.codecs_available]
    if lacking:
        return Verdict.MISSING, f"This build of PyAV cannot write {', '.join(lacking)}; films will fail."
    return Verdict.GOOD, f"PyAV {av.__version__} reads and writes what is needed."


def _confinement() -> tuple[Verdict, str]:
    """What the children that read strangers' files are kept from on this machine."""
    landlock, network = version_here(), network_can_be_taken_away()
    files = "nor other files" if landlock else "but all files that the studio may read (no Landlock)"
    if network or landlock >= 4:
        return Verdict.GOOD if landlock else Verdict.SLOW, f"What reads strangers' files has no network, {files}."
    return Verdict.SLOW, f"What reads strangers' files keeps its network (no namespaces, no Landlock of 6.7), {files}."


def _tracker() -> tuple[Verdict, str]:
    import torch  # takes a second; only the doctor asks

    if torch.cuda.is_available():
        return Verdict.GOOD, f"torch {torch.__version__} on {torch.cuda.get_device_name()}."
    return Verdict.SLOW, f"torch {torch.__version__} on {torch.get_num_threads()} threads of the CPU; no GPU was found."


def _weights() -> tuple[Verdict, str]:
    from tracking import TrackingError
    from tracking.manifest import read_manifest, sha256_of, weights_file

    try:
        manifest = read_manifest(settings.STUDIO_WEIGHTS)
        default = manifest.entry(manifest.default)
        digest = sha256_of(weights_file(default.name))
    except TrackingError as fault:
        return Verdict.MISSING, f"{fault}."
    if digest != manifest.expected_sha256(default):
        return Verdict.MISSING, f"{default.file} is not what the manifest says (sha256 {digest[:12]}...)."
    here = [entry.name for entry in manifest.entries if manifest.path(entry).exists()]
    return Verdict.GOOD, f"{default.name} is whole; weights on this machine: {', '.join(here)}."
