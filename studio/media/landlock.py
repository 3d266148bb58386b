"""Landlock: what a child may open, from its first stranger's byte on. Linux 5.13 and newer; elsewhere nothing changes.

It needs no privilege and no namespace, so it also holds in a container that forbids both. Files that are open already
stay open. What is not allowed is refused by the kernel with EACCES: other people's clips, the database's file, secrets
in files, the environment of the process that started us; with Linux 6.7 every TCP connection.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # system calls, the same numbers on every machine
_VERSION = 1  # flag of _CREATE
_BENEATH = 1  # a rule of a path and all below it

# rights, include/uapi/linux/landlock.h
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = (1 << bit for bit in range(4))
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG, _REFER, _TRUNCATE = (1 << bit for bit in (4, 5, 7, 8, 13, 14))
_READ = _READ_FILE | _READ_DIR
_WRITE = _READ | _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _REFER | _TRUNCATE  # no links
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE  # what a rule of a file, not of a folder, may hold
_BITS = {1: 13, 2: 14, 3: 15, 4: 15}  # how many rights each version knows; 16 from the fifth on
_TCP = 0b11  # bind, connect
_SCOPES = 0b11  # abstract sockets, signals

SYSTEM = (
    "/usr",
    "/lib",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/sys",
)
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")


def restrict(reads: Iterable[Path], writes: Iterable[Path]) -> bool:
    """From now on this thread and what it starts reads only these, Python and the system; writes only below `writes`.

    Nothing can be executed. False where the kernel has no Landlock. Paths that are not there are passed over.
    """
    version = version_here()
    if version < 1:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    known = (1 << _BITS.get(version, 16)) - 1
    attributes = struct.pack("QQQ", known, _TCP, _SCOPES)[: 8 if version < 4 else 16 if version < 6 else 24]
    rules = libc.syscall(_CREATE, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0))
    if rules < 0:
        return False
    try:
        for rights, paths in ((_READ, [*_python(), *map(Path, SYSTEM), *reads]), (_WRITE, writes)):
            for path in paths:
                _allow(libc, rules, path, rights & known)
        for device in DEVICES:
            _allow(libc, rules, Path(device), _READ | _WRITE_FILE)
        return bool(libc.syscall(_RESTRICT, rules, ctypes.c_uint32(0)) == 0)
    finally:
        os.close(rules)


def version_here() -> int:
    """Which version of Landlock this kernel has; the fourth knows TCP. 0 where it has none."""
    if sys.platform != "linux":
        return 0
    libc = ctypes.CDLL(None, use_errno=True)
    return max(0, int(libc.syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION))))


def _python() -> set[Path]:
    """Where Python, its packages, our own code and the libraries that are loaded are; not our data beside the code."""
    libraries = {
        Path(line.split(maxsplit=5)[5]).parent
        for line in Path("/proc/self/maps").read_text().splitlines()
        if ".so" in line and line.endswith((".so", ".so.0", ".so.1", ".so.2", ".so.6"))
    }
    return {Path(sys.prefix), Path(sys.base_prefix), Path(__file__).resolve().parents[1], *libraries}


def _allow(libc: ctypes.CDLL, rules: int, path: Path, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # not there, so nothing to allow
    try:
        allowed = rights if path.is_dir() else rights & _OF_FILES
        libc.syscall(_ADD, rules, _BENEATH, struct.pack("=Qi", allowed, place), ctypes.c_uint32(0))
    finally:
        os.close(place)
