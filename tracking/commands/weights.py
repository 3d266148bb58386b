"""python -m tracking weights list | pull NAME | add FILE | verify"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tracking.checkpoint import load_weights, save_weights
from tracking.commands.progress import Progress
from tracking.convert import read_pth, renamed
from tracking.download import fetch
from tracking.errors import BadInput, ChecksumMismatch, DownloadFailed, TrackingError
from tracking.manifest import Entry, Fetched, Manifest, read_manifest, sha256_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The four things one can do with weights."""
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="what there is, and what of it is here")
    pull = actions.add_parser("pull", help="fetch published weights, verify and convert them")
    pull.add_argument("name")
    add = actions.add_parser("add", help="take a .pth or .safetensors that was downloaded elsewhere")
    add.add_argument("file", type=Path)
    add.add_argument("--name", help="the manifest's name for it, where its own name does not say")
    actions.add_parser("verify", help="compare the sum of every file that is here")


def run(arguments: argparse.Namespace) -> int:
    """Do it; 0 when all is well."""
    manifest = read_manifest()
    if arguments.action == "list":
        return _list(manifest)
    if arguments.action == "pull":
        return _pull(manifest, manifest.entry(arguments.name))
    if arguments.action == "add":
        return _add(manifest, arguments.file, arguments.name)
    return _verify(manifest)


def _list(manifest: Manifest) -> int:
    rows = [("NAME", "STATE", "MB", "NETWORK", "PROFILE", "LICENCE")]
    for entry in manifest.entries:
        path = manifest.path(entry)
        here = path.is_file()
        state = ("shipped" if entry.shipped else "fetched") if here else "not here"
        name = f"{entry.name} (default)" if entry.name == manifest.default else entry.name
        size = f"{path.stat().st_size / 1e6:.1f}" if here else ""
        rows.append((name, state, size, entry.architecture, entry.profile, entry.licence))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return 0


def _pull(manifest: Manifest, entry: Entry) -> int:
    path = manifest.path(entry)
    if path.is_file():
        _check(manifest, entry)
        print(f"{entry.name} is here and as it should be: {path}")
        return 0
    if entry.url is None:
        raise DownloadFailed(f"{entry.name} has no address of its own. {_by_hand(entry)}")
    source = manifest.folder / entry.url.rsplit("/", 1)[-1]
    expected = entry.source_sha256 or _noted(manifest, entry)
    try:
        with Progress(entry.source_bytes, entry.name, "bytes") as bar:
            shown = 0

            def advance(have: int, total: int | None) -> None:
                nonlocal shown
                bar.advance(have - shown)
                shown = have

            digest = fetch(entry.url, source, sha256=expected, size=entry.source_bytes, progress=advance)
    except DownloadFailed as fault:
        raise DownloadFailed(f"{fault}. {_by_hand(entry)}") from fault
    _install(manifest, entry, source, digest)
    source.unlink()
    if expected is None:
        print(f"its publisher gives no sum, so this one is trusted from now on: sha256 {digest}")
    return 0


def _add(manifest: Manifest, file: Path, name: str | None) -> int:
    if not file.is_file():
        raise BadInput(f"there is no file {file}")
    digest = sha256_of(file)
    entry = manifest.entry(name) if name else _recognised(manifest, file, digest)
    expected = entry.source_sha256 or _noted(manifest, entry)
    if file.suffix != ".safetensors" and expected is not None and digest != expected:
        raise ChecksumMismatch(f"{file} has sha256 {digest} where {entry.name} has {expected}; it was not opened")
    _install(manifest, entry, file, digest)
    return 0


def _install(manifest: Manifest, entry: Entry, source: Path, digest: str) -> None:
    target = manifest.path(entry)
    if source.suffix == ".safetensors":
        state, architecture = load_weights(source).state, load_weights(source).architecture
    else:
        state, architecture = renamed(read_pth(source))
    if architecture != entry.architecture:
        raise BadInput(f"{source} is a {architecture} where {entry.name} is a {entry.architecture}")
    metadata = {"architecture": architecture, "profile": entry.profile, "source_sha256": digest}
    save_weights(target, state, metadata)
    manifest.note(entry.name, Fetched(digest, sha256_of(target)))
    print(f"{entry.name} is ready: {target}")


def _verify(manifest: Manifest) -> int:
    wrong = 0
    for entry in manifest.entries:
        if not manifest.path(entry).is_file():
            continue
        try:
            _check(manifest, entry)
            print(f"{entry.name}: as it should be")
        except TrackingError as fault:
            wrong += 1
            print(f"{entry.name}: {fault} [{fault.code}]", file=sys.stderr)
    return 2 if wrong else 0


def _check(manifest: Manifest, entry: Entry) -> None:
    path, expected = manifest.path(entry), manifest.expected_sha256(entry)
    if expected is None:
        raise ChecksumMismatch(f"{path} was not put there by `weights pull` or `add`: nobody knows its sum")
    digest = sha256_of(path)
    if digest != expected:
        raise ChecksumMismatch(f"{path} has sha256 {digest} where {expected} was expected")


def _recognised(manifest: Manifest, file: Path, digest: str) -> Entry:
    for entry in manifest.entries:
        known = entry.url is not None and entry.url.rsplit("/", 1)[-1] == file.name
        if not entry.shipped and (digest == entry.source_sha256 or known or file.name == entry.file):
            return entry
    names = ", ".join(entry.name for entry in manifest.entries if not entry.shipped)
    raise BadInput(f"nothing says which weights {file.name} is; add --name with one of {names}")


def _noted(manifest: Manifest, entry: Entry) -> str | None:
    fetched = manifest.fetched.get(entry.name)
    return fetched.source_sha256 if fetched else None


def _by_hand(entry: Entry) -> str:
    place = entry.url or entry.page
    return (
        f"On a machine with internet get {place}, bring the file here and run "
        f"`python -m tracking weights add FILE --name {entry.name}`"
    )
