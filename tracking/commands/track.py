"""python -m tracking track: follow objects through a clip and write masks, JSON or a film."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from studio.media.ahead import ahead, with_next
from studio.media.behind import Behind
from studio.media.clip import Clip
from studio.media.errors import MediaError
from studio.media.reader import open_clip
from tracking.box import Box
from tracking.commands.progress import Progress
from tracking.commands.results import JsonLines, MaskFolder, check_count, check_places, draw_film
from tracking.commands.saved_run import Direction, Found, Plan, SavedRun
from tracking.errors import BadInput, BadTrack
from tracking.loading import DEVICES, PRECISIONS, load_tracker
from tracking.pursuit import Pursuit
from tracking.track import State, Step, Track
from tracking.tracker import Tracker

_PROMPT = "prompt"  # the state of the start frame: a person said where the object is
_DEFAULTS = {"weights": "default", "precision": "auto"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of track."""
    parser.add_argument("input", metavar="INPUT", type=Path, help="a video file or a folder of pictures")
    parser.add_argument(
        "--box", metavar="X,Y,W,H", action="append", default=[], help="where an object is, in pixels; again for more"
    )
    parser.add_argument("--frame", type=int, metavar="N", help="the frame the boxes are on, from 0 (default 0)")
    parser.add_argument("--direction", choices=[direction.value for direction in Direction], help="default forward")
    parser.add_argument("--weights", metavar="NAME|FILE", help="default: default")
    parser.add_argument("--profile", metavar="NAME", help="the tracker's settings; default: those of the weights")
    parser.add_argument("--precision", choices=PRECISIONS, help="default: auto, bf16 on CUDA and fp32 on a CPU")
    parser.add_argument("--device", choices=DEVICES, default="auto")
    parser.add_argument(
        "--presence",
        action=argparse.BooleanOptionalAction,
        help="say that an object is out of sight and search for it, or believe every find; "
        "default: where the weights have a table for it",
    )
    parser.add_argument("--json", type=Path, metavar="OUT.jsonl", help="write a line a frame and object")
    parser.add_argument("--masks", type=Path, metavar="DIR", help="write a palette PNG a frame, object n = n")
    parser.add_argument("--video", type=Path, metavar="OUT.mp4", help="write the clip with the masks on it")
    parser.add_argument("--save-tracks", type=Path, metavar="FILE", help="keep what is needed to go on later")
    parser.add_argument("--resume", type=Path, metavar="FILE", help="go on with a run that --save-tracks kept")
    parser.add_argument("--stop-after", type=int, metavar="N", help="stop when N frames are done")


def run(parsed: argparse.Namespace) -> int:
    """Track, write what was asked for, say in one line what was done. Raises a TrackingError for bad input."""
    try:
        return _track(parsed)
    except MediaError as fault:
        refusal = BadInput(str(fault))
        refusal.code = fault.code
        raise refusal from fault


def _track(parsed: argparse.Namespace) -> int:
    saved, boxes = _what_to_follow(parsed)
    if parsed.stop_after is not None and parsed.stop_after < 1:
        raise BadInput(f"--stop-after takes a number of frames from 1 up, got {parsed.stop_after}")
    check_places(parsed.json, parsed.masks, parsed.video, parsed.save_tracks)
    clip = open_clip(parsed.input)
    plan = _plan(parsed, clip, boxes) if saved is None else saved.plan
    if saved is not None:
        saved.check(clip.width, clip.height, clip.frame_count)
    settings = {
        name: str(getattr(parsed, name) or (getattr(saved, name) if saved else _DEFAULTS[name])) for name in _DEFAULTS
    }
    profile = parsed.profile or (saved.profile if saved else None)
    judges = parsed.presence if saved is None else saved.presence
    presence: Literal["own"] | None = None if judges is False else "own"
    tracker = load_tracker(settings["weights"], profile, parsed.device, settings["precision"], presence=presence)
    if parsed.presence and tracker.presence is None:
        raise BadInput(
            f"the weights {settings['weights']} have no table of presence for the profile {tracker.profile.name}: "
            "leave out --presence"
        )
    if saved is not None:
        _check_weights(tracker, saved)
    journey = _Journey(tracker, clip, plan, boxes, saved)
    with ExitStack() as outputs:
        lines = outputs.enter_context(JsonLines(parsed.json)) if parsed.json else None
        masks = MaskFolder(parsed.masks, clip) if parsed.masks else None
        journey.go(parsed.stop_after, lines, masks)
    if parsed.save_tracks:
        journey.saved(settings["weights"], settings["precision"]).save(parsed.save_tracks)
    if masks is not None and journey.place == len(plan):
        masks.fill(plan)
    if parsed.video:
        draw_film(parsed.video, clip, journey.found)
    print(journey.summary(), file=sys.stderr)
    return 0


class _Journey:
    """A run under way."""

    def __init__(self, tracker: Tracker, clip: Clip, plan: Plan, boxes: list[Box], saved: SavedRun | None) -> None:
        self._tracker, self._clip, self._plan, self._boxes = tracker, clip, plan, boxes
        self._pursuit = Pursuit(tracker)
        self.place = saved.place if saved else 0
        self.found: list[Found] = list(saved.found) if saved else []
        self._starts: tuple[Track, ...] = saved.starts if saved else ()
        self._tracks: tuple[Track, ...] = saved.tracks if saved else ()

    def go(self, stop_after: int | None, lines: JsonLines | None, masks: MaskFolder | None) -> None:
        """Track to the run's end, or for so many frames."""
        end = len(self._plan) if stop_after is None else min(len(self._plan), self.place + stop_after)
        label = self._clip.path.name

        def keep(done: tuple[int, Sequence[Step], str | None]) -> None:
            frame, steps, state = done
            found = [
                Found.of(frame, number, step, state or step.state.value) for number, step in enumerate(steps, start=1)
            ]
            if lines is not None:
                lines.write(found)
            if masks is not None:
                masks.write(frame, steps)
            self.found += found

        with Progress(end - self.place, "track") as progress, Behind(keep) as results:
            for leg, whole in self._plan.rest(self.place):
                leg = leg[: end - self.place]
                if not leg:
                    break
                if whole:
                    self._tracks = self._starts
                with closing(ahead(self._clip.frames(leg.start, leg.stop, leg.step))) as pictures:
                    for frame, (picture, coming) in zip(leg, with_next(pictures), strict=True):
                        steps, state = self._step(picture, coming)
                        results.put((frame, steps, state))
                        self.place += 1
                        progress.advance(note=label)

    def saved(self, weights: str, precision: str) -> SavedRun:
        """The run as it stands."""
        return SavedRun(
            plan=self._plan,
            place=self.place,
            frame_width=self._clip.width,
            frame_height=self._clip.height,
            weights=weights,
            profile=self._tracker.profile.name,
            precision=precision,
            presence=self._tracker.presence is not None,
            starts=self._starts,
            tracks=self._tracks,
            found=tuple(self.found),
        )

    def summary(self) -> str:
        """One line on what was done."""
        lost = sum(one.state == State.LOST.value for one in self.found)
        doubtful = sum(one.state == State.DOUBTFUL.value for one in self.found)
        objects = len(self._starts)
        return (
            f"{self._clip.path.name}: {self.place} of {len(self._plan)} frames tracked, "
            f"{objects} object{'s' if objects != 1 else ''}, out of sight {lost} time{'s' if lost != 1 else ''}, "
            f"doubtful {doubtful} time{'s' if doubtful != 1 else ''}"
        )

    def _step(
        self, picture: NDArray[np.uint8], coming: NDArray[np.uint8] | None
    ) -> tuple[tuple[Step, ...], str | None]:
        """What is found in the next picture, and the state to give it where it is not the step's own."""
        if self.place > 0:
            self._tracks, steps = self._pursuit.step(picture, self._tracks, coming)
            return steps, None
        self._starts = self._tracks = self._tracker.start(picture, self._boxes)
        _, steps = self._tracker.step(picture, self._starts)  # for its masks; the tracks stay as the boxes say
        return steps, _PROMPT


def _what_to_follow(parsed: argparse.Namespace) -> tuple[SavedRun | None, list[Box]]:
    if parsed.resume is not None:
        if parsed.box or any(getattr(parsed, name) is not None for name in ("frame", "direction", "presence")):
            raise BadInput(
                "a resumed run has its boxes, frame, direction and presence already: leave out --box and the like"
            )
        return SavedRun.load(parsed.resume), []
    if not parsed.box:
        raise BadInput("say what to follow: --box X,Y,W,H, once an object")
    check_count(len(parsed.box))
    return None, [Box.parse(text) for text in parsed.box]


def _plan(parsed: argparse.Namespace, clip: Clip, boxes: list[Box]) -> Plan:
    start = parsed.frame or 0
    clip.check(start)
    for box in boxes:
        box.check(clip.width, clip.height)
    return Plan(start, Direction(parsed.direction or Direction.FORWARD.value), clip.frame_count)


def _check_weights(tracker: Tracker, saved: SavedRun) -> None:
    for track in saved.tracks:
        if track.network != tracker.fingerprint:
            raise BadTrack(f"the run was begun with weights {track.network!r}, these are {tracker.fingerprint!r}")
