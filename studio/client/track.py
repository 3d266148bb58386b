"""track VIDEO_ID --box X,Y,W,H: an object for each box, then a run, waited for."""

from __future__ import annotations

import argparse

from studio.client.errors import Refused
from studio.client.job import Told, part, wait_for
from studio.client.server import Server

Box = tuple[float, float, float, float]


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What to follow, from where, which way."""
    command.add_argument("video", metavar="VIDEO_ID")
    command.add_argument(
        "--box",
        type=parse_box,
        action="append",
        required=True,
        metavar="X,Y,W,H",
        help="around an object, in pixels of the upright picture; may be given more than once",
    )
    command.add_argument("--name", action="append", default=[], help="the object's name, in the order of the boxes")
    command.add_argument("--frame", type=int, default=0, help="the frame the boxes are drawn on, from 0")
    command.add_argument("--direction", choices=("forward", "backward", "both", "between"), default="forward")
    command.add_argument("--first", type=int, help="first frame to track")
    command.add_argument("--last", type=int, help="last frame to track")
    command.add_argument("--weights", help="by name; the studio's default without")
    command.add_argument("--no-wait", action="store_true", help="do not wait for the run to end")


def run(arguments: argparse.Namespace, server: Server) -> int:
    """Draw the boxes, press Track; prints the run's id."""
    names = [*arguments.name, *[None] * len(arguments.box)]
    subjects = [
        _add_object(server, arguments.video, arguments.frame, box, name)
        for box, name in zip(arguments.box, names, strict=False)
    ]
    wish: Told = {"direction": arguments.direction, "subjects": subjects}
    for field, value in (
        ("first_frame", arguments.first),
        ("last_frame", arguments.last),
        ("weights", arguments.weights),
    ):
        if value is not None:
            wish[field] = value
    begun = server.post(f"/api/videos/{arguments.video}/runs", wish).json()
    run_id = str(begun.get("id"))
    if not arguments.no_wait:
        wait_for("tracking ", lambda: part(server.get(f"/api/runs/{run_id}").json(), "job"))
    print(run_id)
    return 0


def parse_box(text: str) -> Box:
    """ "X,Y,W,H" as four numbers; argparse tells what is wrong with it."""
    try:
        x, y, width, height = (float(number) for number in text.split(","))
    except ValueError as fault:
        raise argparse.ArgumentTypeError(f"a box is four numbers X,Y,W,H, got {text!r}") from fault
    return x, y, width, height


def _add_object(server: Server, video: str, frame: int, box: Box, name: str | None) -> str:
    subject = server.post(f"/api/videos/{video}/subjects", {} if name is None else {"name": name}).json().get("id")
    if not isinstance(subject, str):
        raise Refused("not-a-studio", "The server's answer is not one of a studio; check its address.")
    try:
        server.post(f"/api/subjects/{subject}/prompts/{frame}", {"box": list(box)}, method="PUT")
    except Refused:
        server.send("DELETE", f"/api/subjects/{subject}")  # an object without its box is of no use
        raise
    return subject
