"""import VIDEO_ID FILE: send an annotation or project file, say what is in it, have it written into the clip."""

from __future__ import annotations

import argparse
from pathlib import Path
from urllib.parse import urlsplit

from studio.client.errors import Refused
from studio.client.job import Told, part, wait_for
from studio.client.server import Server
from studio.client.upload import send_file


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Which file into which clip, and how."""
    command.add_argument("video", metavar="VIDEO_ID")
    command.add_argument("file", type=Path, metavar="FILE", help="JSON, XML, text, or a zip")
    command.add_argument(
        "--kind", help="what it is, where the studio takes it for something else: coco, cvat, davis, ..."
    )
    command.add_argument(
        "--replace",
        action="store_true",
        help="objects of the same name get the file's boxes and masks instead of theirs",
    )
    command.add_argument("--look", action="store_true", help="say what is in it and write nothing")


def run(arguments: argparse.Namespace, server: Server) -> int:
    """Send, read, write; prints a line for each object."""
    location, _ = send_file(server, arguments.file, "import")
    wish: Told = {"upload": urlsplit(location).path.rstrip("/").rpartition("/")[2]}
    if arguments.kind:
        wish["kind"] = arguments.kind
    import_id = str(server.post(f"/api/videos/{arguments.video}/imports", wish).json().get("id"))

    def told() -> Told:
        return server.get(f"/api/imports/{import_id}").json()

    wait_for("reading  ", lambda: part(told(), "job"))
    read = told()
    for line in _lines(str(read.get("kind")), part(read, "found")):
        print(line)
    if not arguments.look:
        server.post(f"/api/imports/{import_id}/write", {"mode": "replace" if arguments.replace else "add"})
        wait_for("importing", lambda: part(told(), "job"))
    return 0


def _lines(kind: str, found: Told) -> list[str]:
    objects, notes = found.get("objects"), found.get("notes")
    if not isinstance(objects, list) or not isinstance(notes, list):
        raise Refused("not-a-studio", "The server's answer is not one of a studio; check its address.")
    named = [f"  {one.get('name')}: {one.get('masks')} masks" for one in objects if isinstance(one, dict)]
    return [f"{kind}: {len(objects)} objects, {found.get('masks')} masks", *named, *(str(note) for note in notes)]
